package io.quorlite.raft.transport;

import io.quorlite.sofajraft.JRaftServiceFactory;
import io.quorlite.sofajraft.entity.codec.LogEntryCodecFactory;
import io.quorlite.sofajraft.option.NodeOptions;
import io.quorlite.sofajraft.option.RaftOptions;
import io.quorlite.sofajraft.storage.LogStorage;
import io.quorlite.sofajraft.storage.RaftMetaStorage;
import io.quorlite.sofajraft.storage.SnapshotStorage;
import io.quorlite.sofajraft.util.SPI;

/** The engine's options cannot be made without a default for the stores; no test uses it. */
@SPI(priority = -1)
public final class NoStores implements JRaftServiceFactory {
    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        throw new UnsupportedOperationException("each test brings its stores");
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
        throw new UnsupportedOperationException("each test brings its stores");
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
        throw new UnsupportedOperationException("each test brings its stores");
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
        throw new UnsupportedOperationException("each test brings its stores");
    }
}

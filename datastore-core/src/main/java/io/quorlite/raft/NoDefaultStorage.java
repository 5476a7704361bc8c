package io.quorlite.raft;

import io.quorlite.sofajraft.JRaftServiceFactory;
import io.quorlite.sofajraft.entity.codec.LogEntryCodecFactory;
import io.quorlite.sofajraft.option.NodeOptions;
import io.quorlite.sofajraft.option.RaftOptions;
import io.quorlite.sofajraft.storage.LogStorage;
import io.quorlite.sofajraft.storage.RaftMetaStorage;
import io.quorlite.sofajraft.storage.SnapshotStorage;
import io.quorlite.sofajraft.util.SPI;

/** The engine insists on a default for its stores, found as a service; each node of ours brings its own. */
@SPI
public final class NoDefaultStorage implements JRaftServiceFactory {
    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        throw none();
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
        throw none();
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
        throw none();
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
        throw none();
    }

    private static IllegalStateException none() {
        return new IllegalStateException("the node's options name no stores");
    }
}

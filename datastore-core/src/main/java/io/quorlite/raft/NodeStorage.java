package io.quorlite.raft;

import io.quorlite.sofajraft.JRaftServiceFactory;
import io.quorlite.sofajraft.entity.codec.LogEntryCodecFactory;
import io.quorlite.sofajraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.quorlite.sofajraft.option.NodeOptions;
import io.quorlite.sofajraft.option.RaftOptions;
import io.quorlite.sofajraft.storage.LogStorage;
import io.quorlite.sofajraft.storage.RaftMetaStorage;
import io.quorlite.sofajraft.storage.SnapshotStorage;

/** Hands one node its stores, which are open already: what is wrong with them was told before the engine starts. */
record NodeStorage(LogStorage log, RaftMetaStorage votes, SnapshotStorage snapshots) implements JRaftServiceFactory {
    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        return log;
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
        return snapshots;
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
        return votes;
    }

    @Override
    public LogEntryCodecFactory createLogEntryCodecFactory() {
        return LogEntryV2CodecFactory.getInstance(); // required by the engine; our log has its own encoding
    }
}

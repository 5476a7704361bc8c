package io.quorlite.raft.transport;

import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.option.RaftMetaStorageOptions;
import io.quorlite.sofajraft.storage.RaftMetaStorage;

/** Term and vote in memory; they outlive the node using them. */
final class MemoryVoteStorage implements RaftMetaStorage {
    private final SlowDisk disk;
    private long term;
    private PeerId vote = PeerId.emptyPeer();

    MemoryVoteStorage(SlowDisk disk) {
        this.disk = disk;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        return true;
    }

    @Override
    public void shutdown() {}

    @Override
    public synchronized boolean setTerm(long newTerm) {
        term = newTerm;
        return true;
    }

    @Override
    public synchronized long getTerm() {
        return term;
    }

    @Override
    public synchronized boolean setVotedFor(PeerId peer) {
        vote = peer.copy();
        return true;
    }

    @Override
    public synchronized PeerId getVotedFor() {
        return vote.copy();
    }

    @Override
    public synchronized boolean setTermAndVotedFor(long newTerm, PeerId peer) {
        disk.sync();
        term = newTerm;
        vote = peer.copy();
        return true;
    }
}

package io.quorlite.datastore;

import io.quorlite.raft.RaftConfig;
import io.quorlite.raft.RaftReplication;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.Replication;

/** Makes the Raft log of a member from its configuration and the identity it was given at its first start. */
final class RaftLog {
    /** What an entry holds beside the keys and values of a request. */
    private static final int ENTRY_OVERHEAD_BYTES = 1 << 20;

    private RaftLog() {}

    static Replication create(DatastoreConfig config, MemberIdentity identity, DataDirectory directory) {
        Member stored = identity.self();
        Member self =
                new Member(stored.id(), stored.name(), stored.peerAddress(), stored.learner(), config.clientUrls());
        return new RaftReplication(RaftConfig.builder(directory.raft(), identity.clusterId(), self)
                .initialMembers(identity.initialMembers().stream()
                        .map(member -> member.id() == self.id() ? self : member)
                        .toList())
                .listen(listen(config.peerListen(), self))
                .electionTimeout(config.electionTimeout())
                .forwardTimeout(config.requestTimeout())
                .logSegmentBytes(config.logSegmentBytes())
                .logTailEntries(config.logTailEntries())
                .snapshotEntries(config.snapshotEntries())
                .entryBytesMax(Proposer.ENTRY_BYTES_MAX + config.requestBytesMax() + ENTRY_OVERHEAD_BYTES)
                .build());
    }

    private static PeerAddress listen(PeerAddress configured, Member self) {
        return configured.port() == 0 ? self.peerAddress() : configured;
    }
}

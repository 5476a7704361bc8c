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
        Member named = identity.self();
        Member self = new Member(named.id(), named.name(), named.peerAddress(), false, config.clientUrls());
        DatastoreConfig.PeerSecurity security = config.peerSecurity();
        return new RaftReplication(RaftConfig.builder(directory.raft(), identity.clusterId(), self)
                .initialMembers(identity.initialMembers().stream()
                        .map(member -> member.id() == self.id() ? as(member.learner(), self) : member)
                        .toList())
                .networked(identity.networked())
                .listen(listen(config.peerListen(), self))
                .security(security == null ? null : new RaftConfig.Security(security.identity(), security.check()))
                .electionTimeout(config.electionTimeout())
                .forwardTimeout(config.requestTimeout())
                .logSegmentBytes(config.logSegmentBytes())
                .logTailEntries(config.logTailEntries())
                .snapshotEntries(config.snapshotEntries())
                .entryBytesMax(Proposer.ENTRY_BYTES_MAX + config.requestBytesMax() + ENTRY_OVERHEAD_BYTES)
                .build());
    }

    private static Member as(boolean learner, Member self) {
        return new Member(self.id(), self.name(), self.peerAddress(), learner, self.clientUrls());
    }

    private static PeerAddress listen(PeerAddress configured, Member self) {
        return configured.port() == 0 ? self.peerAddress() : configured;
    }
}

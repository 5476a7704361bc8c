package io.quorlite.raft.transport;

import io.quorlite.sofajraft.ReplicatorGroup;

/** Hears of the replication to other members, which the engine does not tell anyone but its RPC client. Calls come from any thread. */
public interface ReplicationListener {
    /** The node starts, with these replicators. */
    void replicators(ReplicatorGroup replicators);

    /** The engine has taken up a member's answer to entries or a heartbeat; none of its locks is held. */
    void answered(long memberId);
}

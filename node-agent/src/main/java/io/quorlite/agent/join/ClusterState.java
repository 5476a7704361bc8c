package io.quorlite.agent.join;

import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreStatus;

/** What admission must know of the cluster beside its records and members. Thread-safe; does not block. */
public interface ClusterState {
    /** This member's own id. */
    long memberId();

    /** The leader's, 0 for none. */
    long leaderId();

    /** How much a newcomer is sent. */
    long databaseBytes();

    static ClusterState of(Datastore store) {
        return new ClusterState() {
            @Override
            public long memberId() {
                return store.status().replication().memberId();
            }

            @Override
            public long leaderId() {
                return store.status().replication().leaderId();
            }

            @Override
            public long databaseBytes() {
                DatastoreStatus status = store.status();
                return status.databaseBytes();
            }
        };
    }
}

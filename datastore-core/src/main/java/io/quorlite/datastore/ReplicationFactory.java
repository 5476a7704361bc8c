package io.quorlite.datastore;

import io.quorlite.replication.Replication;
import java.io.IOException;

/** Makes the log that a member runs on; for tests, another one. */
interface ReplicationFactory {
    /** The log of this member, not yet started. */
    Replication create(DatastoreConfig config, MemberIdentity identity, DataDirectory directory) throws IOException;
}

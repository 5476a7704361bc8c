package io.quorlite.datastore;

import io.quorlite.replication.ReplicationStatus;
import java.util.List;

/**
 * How a member stands.
 *
 * @param revision the newest main revision applied here
 * @param databaseBytes the database's size, its free pages included
 * @param databaseBytesInUse the same without them
 * @param alarms what operators must know, empty if all is well
 */
public record DatastoreStatus(
        long clusterId,
        ReplicationStatus replication,
        long appliedIndex,
        long revision,
        long compactRevision,
        long databaseBytes,
        long databaseBytesInUse,
        List<String> alarms) {}

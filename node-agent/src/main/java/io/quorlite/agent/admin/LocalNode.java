package io.quorlite.agent.admin;

import io.quorlite.datastore.ClusterMembers;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.SystemRecords;
import java.time.Instant;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The node whose admin API this is.
 *
 * @param tls to call other members with this node's certificate; null for a node in plain text
 * @param certificateEnd when its certificate ends
 * @param stop ends the process in order, some time after it was called
 */
public record LocalNode(
        String name,
        String version,
        NodeStatus.Addresses addresses,
        Datastore store,
        SystemRecords records,
        ClusterMembers members,
        @Nullable SSLContext tls,
        Supplier<@Nullable Instant> certificateEnd,
        Runnable stop) {}

package io.quorlite.agent.admin;

import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.DatastoreStatus;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.ReplicationStatus;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.system.SystemRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Collects how this node and the others stand: each is asked over its admin API, all at the same time. Thread-safe. */
public final class StatusSource implements AutoCloseable {
    private static final Duration MEMBER_TIMEOUT = Duration.ofMillis(1_500);
    private static final long READ_MILLIS = 500;
    private static final int THREADS = 8;

    private final LocalNode node;
    private final ExecutorService callers = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "status");
        thread.setDaemon(true);
        return thread;
    });

    public StatusSource(LocalNode node) {
        this.node = node;
    }

    /** This node, as it knows itself. Blocks for half a second at most. */
    public NodeStatus local() {
        DatastoreStatus status = node.store().status();
        ReplicationStatus replication = status.replication();
        Instant certificateEnd = node.certificateEnd().get();
        return new NodeStatus(
                Configuration.API_VERSION,
                NodeStatus.KIND,
                NodeRecord.hex(status.clusterId()),
                NodeRecord.hex(replication.memberId()),
                node.name(),
                node.version(),
                ProcessHandle.current().pid(),
                replication.role().name().toLowerCase(Locale.ROOT),
                isReady(),
                replication.leaderId() == 0 ? null : NodeRecord.hex(replication.leaderId()),
                replication.term(),
                status.revision(),
                status.compactRevision(),
                replication.commitIndex(),
                status.appliedIndex(),
                replication.lastIndex(),
                status.databaseBytes(),
                status.databaseBytesInUse(),
                node.store().quotaBytes(),
                status.alarms(),
                certificateEnd == null ? null : certificateEnd.toString(),
                node.addresses(),
                progress());
    }

    private boolean isReady() {
        try {
            node.store().checkLinearizable().get(READ_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private List<NodeStatus.Progress> progress() {
        List<NodeStatus.Progress> all = new ArrayList<>();
        for (MemberProgress one : node.members().progress()) {
            all.add(new NodeStatus.Progress(
                    NodeRecord.hex(one.memberId()),
                    one.matchIndex(),
                    one.silentMillis() == Long.MAX_VALUE ? null : (Long) one.silentMillis(),
                    one.copying()));
        }
        return all;
    }

    /** The whole cluster. Blocks until all members have answered, or have not within their time. */
    public ClusterStatus cluster() {
        NodeStatus local = local();
        Map<Long, ClusterSummary.Answer> answers = new HashMap<>();
        List<ClusterSummary.Known> known = new ArrayList<>();
        Map<Long, CompletableFuture<ClusterSummary.Answer>> asked = new HashMap<>();
        for (Member member : node.members().all()) {
            NodeRecord nodeRecord = nodeRecord(member.id());
            known.add(new ClusterSummary.Known(member, attributes(member.id()), nodeRecord));
            if (NodeRecord.hex(member.id()).equals(local.id())) {
                answers.put(member.id(), ClusterSummary.Answer.of(local));
            } else {
                asked.put(member.id(), ask(nodeRecord, callers));
            }
        }
        asked.forEach((id, answer) -> answers.put(id, answer.join()));
        return ClusterSummary.of(local, known, answers, Instant.now());
    }

    private CompletableFuture<ClusterSummary.Answer> ask(@Nullable NodeRecord nodeRecord, Executor executor) {
        if (nodeRecord == null || nodeRecord.admin() == null || node.tls() == null) {
            return CompletableFuture.completedFuture(ClusterSummary.Answer.NOT_ASKED);
        }
        AdminClient client = new AdminClient(Endpoint.parse("https://" + nodeRecord.admin()), node.tls());
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return ClusterSummary.Answer.of(client.get("/v1/node", NodeStatus.class, MEMBER_TIMEOUT));
                    } catch (Refusal e) {
                        String message = String.valueOf(e.getMessage());
                        int reason = message.indexOf("not reachable: ");
                        String brief = reason >= 0 ? message.substring(reason + "not reachable: ".length()) : message;
                        return ClusterSummary.Answer.failed(e.code().equals("TIMEOUT") ? "timeout" : brief);
                    }
                },
                executor);
    }

    private @Nullable NodeRecord nodeRecord(long memberId) {
        return node.records()
                .get(NodeRecord.recordName(memberId))
                .map(NodeRecord::decode)
                .orElse(null);
    }

    private MemberAttributes attributes(long memberId) {
        return node.records()
                .get(MemberAttributes.recordName(memberId))
                .map(SystemRecord::value)
                .map(MemberAttributes::decode)
                .orElse(MemberAttributes.NONE);
    }

    @Override
    public void close() {
        callers.shutdownNow();
    }
}

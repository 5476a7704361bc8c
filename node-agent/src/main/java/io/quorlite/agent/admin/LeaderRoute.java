package io.quorlite.agent.admin;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.replication.ReplicationStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Has the leader handle what only it can do: here where this node leads, else over the leader's admin API. Thread-safe. */
final class LeaderRoute {
    private static final Duration LEADER_WAIT = Duration.ofSeconds(5);
    private static final Duration CHANGE_OF_LEADER = Duration.ofSeconds(10);
    private static final Duration CALL = Duration.ofSeconds(90);
    private static final long LOOK_MILLIS = 50;

    private final LocalNode node;

    LeaderRoute(LocalNode node) {
        this.node = node;
    }

    Routes.Handler onLeader(Routes.Handler handler) {
        return request -> {
            long deadlineNanos = System.nanoTime() + CHANGE_OF_LEADER.toNanos();
            while (true) {
                try {
                    return awaitLeader() ? handler.handle(request) : forward(request);
                } catch (Refusal e) {
                    // Nothing was done, as there was nobody to do it: only the node that was asked first tries again.
                    boolean again = e.exitCode() == ExitCode.NO_LEADER
                            && request.forwardedFor().isEmpty()
                            && System.nanoTime() < deadlineNanos;
                    if (!again) {
                        throw e;
                    }
                    TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
                }
            }
        };
    }

    /** Whether this node is the one that leads. */
    private boolean awaitLeader() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + LEADER_WAIT.toNanos();
        while (true) {
            ReplicationStatus status = node.store().status().replication();
            if (status.leaderId() != 0) {
                return status.isLeader();
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new Refusal(
                        ExitCode.NO_LEADER,
                        "NO_LEADER",
                        "No leader: nothing can be changed now.",
                        "See: node-agent status");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Passes the request on, once: two nodes that take each other for the leader must not play with it. */
    private AdminReply forward(AdminRequest request) {
        if (!request.forwardedFor().isEmpty()) {
            throw new Refusal(
                    ExitCode.NO_LEADER,
                    "LEADER_CHANGED",
                    "The leader changed meanwhile, and nothing was done; try again.",
                    "");
        }
        return handOn(request);
    }

    /** Has the one who leads now handle it, as this node did until it handed leadership over for this very request. */
    AdminReply handOn(AdminRequest request) {
        ReplicationStatus status = node.store().status().replication();
        AdminClient leader = client(status.leaderId());
        String forwardedFor =
                NodeRecord.hex(status.memberId()) + " " + request.caller().address();
        HttpReply reply =
                leader.exchange(request.method(), request.target(), request.body(), forwardedFor.strip(), CALL);
        if (reply.status() / 100 != 2) {
            throw Json.read(reply.body(), ErrorReply.class).refusal();
        }
        return AdminReply.json(reply.status(), reply.body());
    }

    private AdminClient client(long leaderId) {
        NodeRecord leader = node.records()
                .get(NodeRecord.recordName(leaderId))
                .map(NodeRecord::decode)
                .orElse(null);
        if (leader == null || leader.admin() == null || node.tls() == null) {
            throw new Refusal(
                    ExitCode.UNREACHABLE,
                    "LEADER_UNKNOWN",
                    "The leader has not said where its admin API is; ask it itself.",
                    "See who leads: node-agent status");
        }
        return new AdminClient(Endpoint.parse("https://" + leader.admin()), node.tls());
    }
}

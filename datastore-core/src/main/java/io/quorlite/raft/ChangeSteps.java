package io.quorlite.raft;

import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Closure;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.entity.Task;
import io.quorlite.sofajraft.error.RaftError;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Steps of a change of members, each under a time-out with a look at what really happened: the engine sometimes gives no
 * answer, and says yes for a learner nobody can reach. While a step waits, empty entries are proposed: the engine can lose the
 * notice that a newcomer has caught up, and any write brings it back.
 */
final class ChangeSteps {
    private static final long STEP_MILLIS_MAX = 15_000;
    private static final long NUDGE_MILLIS = 250;
    private static final long LOOK_MILLIS = 20;

    /** One step of the engine. */
    interface Step {
        void start(Closure done);
    }

    private final Node node;
    private final Leadership leadership;
    /** Steps the engine has not answered: as long as there is one, a joint configuration may come or be there. */
    private final AtomicInteger unanswered = new AtomicInteger();

    ChangeSteps(Node node, Leadership leadership) {
        this.node = node;
        this.leadership = leadership;
    }

    boolean unanswered() {
        return unanswered.get() > 0;
    }

    /** Waits for {@code step} to be answered and to have had its effect. */
    void run(String what, Step step, BooleanSupplier effect) throws ReplicationException, InterruptedException {
        CompletableFuture<Status> answer = new CompletableFuture<>();
        unanswered.incrementAndGet();
        answer.whenComplete((status, error) -> unanswered.decrementAndGet());
        try {
            step.start(answer::complete);
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STEP_MILLIS_MAX);
            while (!answer.isDone() || answer.join().isOk()) {
                if (answer.isDone() && effect.getAsBoolean()) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new ReplicationException(Kind.TIMEOUT, what + ": not seen to be done; look again later");
                }
                nudge();
                pause(answer, effect);
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            answer.completeExceptionally(e);
            throw new ReplicationException(Kind.LEADER_CHANGED, what + ": " + e.getMessage());
        }
        throw failure(what, answer.join());
    }

    private static void pause(CompletableFuture<Status> answer, BooleanSupplier effect) throws InterruptedException {
        if (answer.isDone()) {
            look(NUDGE_MILLIS, effect);
            return;
        }
        try {
            answer.get(NUDGE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // look again
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a level; false if it was not reached in time. */
    boolean await(long millis, BooleanSupplier level) throws InterruptedException {
        nudge();
        return look(millis, level);
    }

    private static boolean look(long millis, BooleanSupplier level) throws InterruptedException {
        for (long waited = 0; waited < millis; waited += LOOK_MILLIS) {
            if (level.getAsBoolean()) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return level.getAsBoolean();
    }

    /** Proposes an entry of no content. */
    void nudge() {
        var unused = propose(new byte[0]);
    }

    /** Proposes an entry and waits until it is applied here. */
    void append(String what, byte[] entry) throws ReplicationException, InterruptedException {
        try {
            Status status = propose(entry).get(STEP_MILLIS_MAX, TimeUnit.MILLISECONDS);
            if (!status.isOk()) {
                throw failure(what, status);
            }
        } catch (TimeoutException e) {
            throw new ReplicationException(Kind.TIMEOUT, what + ": not seen to be done; look again later");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private CompletableFuture<Status> propose(byte[] entry) {
        CompletableFuture<Status> applied = new CompletableFuture<>();
        node.apply(new Task(
                ByteBuffer.wrap(entry), applied::complete, leadership.view().term()));
        return applied;
    }

    private static ReplicationException failure(String what, Status status) {
        Kind kind = status.getRaftError() == RaftError.EPERM ? Kind.LEADER_CHANGED : Kind.MEMBERSHIP;
        return new ReplicationException(kind, what + ": " + status.getErrorMsg());
    }
}

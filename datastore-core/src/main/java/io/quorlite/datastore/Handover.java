package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.Replication;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a member give up what others can do for it before it stops: leadership first, then its vote, if there is somebody to take it.
 * What it asked for is in its attributes as {@code stopping}, and taken back at its next start. Thread-safe; nothing blocks.
 */
final class Handover {
    private static final Logger log = LoggerFactory.getLogger(Handover.class);
    private static final long LOOK_MILLIS = 50;
    private static final int TRANSFERS_MAX = 3;

    private final String name;
    private final long memberId;
    private final Replication replication;
    private final SystemRecords records;
    private final MemberRecords attributes;
    private final BooleanSupplier rolesAreKept;
    private final ScheduledExecutorService timer;
    private final LongSupplier nanoClock;

    private volatile boolean settled; // that this life is not one that stops
    private volatile boolean settling;
    private volatile boolean handingOver;

    /** @param rolesAreKept whether a leader would move the vote */
    Handover(
            String name,
            Replication replication,
            SystemRecords records,
            BooleanSupplier rolesAreKept,
            ScheduledExecutorService timer,
            LongSupplier nanoClock) {
        this.name = name;
        this.memberId = replication.status().memberId();
        this.replication = replication;
        this.records = records;
        this.attributes = new MemberRecords(records);
        this.rolesAreKept = rolesAreKept;
        this.timer = timer;
        this.nanoClock = nanoClock;
    }

    /** Completes, never with a failure, when there is nothing left to hand over, or nobody to take it, or time is up. */
    CompletableFuture<Void> begin(Duration longest) {
        handingOver = true;
        long deadlineNanos = nanoClock.getAsLong() + longest.toNanos();
        return leadership(TRANSFERS_MAX, deadlineNanos)
                .thenCompose(done -> vote(deadlineNanos))
                .exceptionally(failure -> {
                    log.info(
                            "{} stops without handing over more: {}",
                            name,
                            Refusals.of(failure).getMessage());
                    return null;
                });
    }

    private CompletableFuture<Void> leadership(int attempts, long deadlineNanos) {
        boolean alone = members().stream().noneMatch(m -> !m.learner() && m.id() != memberId);
        if (!replication.status().isLeader() || alone || attempts == 0 || isOver(deadlineNanos)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        replication.transferLeadership(0).whenComplete((transferred, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                log.info(
                        "{} could not hand leadership over: {}",
                        name,
                        Refusals.of(failure).getMessage());
                later(done, () -> leadership(attempts - 1, deadlineNanos));
            }
        });
        return done;
    }

    private CompletableFuture<Void> vote(long deadlineNanos) {
        if (!rolesAreKept.getAsBoolean() || !votes() || isOver(deadlineNanos) || !hasSuccessor()) {
            return CompletableFuture.completedFuture(null);
        }
        log.info("{} asks for its vote to be given to another member", name);
        return attributes.change(memberId, known -> known.stopping(true)).thenCompose(changed -> {
            CompletableFuture<Void> done = new CompletableFuture<>();
            later(done, () -> changed ? voteless(deadlineNanos) : vote(deadlineNanos));
            return done;
        });
    }

    private CompletableFuture<Void> voteless(long deadlineNanos) {
        boolean gone = !votes();
        if (gone || isOver(deadlineNanos)) {
            log.info(gone ? "{} has no vote any more" : "{} stops with its vote: nobody took it in time", name);
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        later(done, () -> voteless(deadlineNanos));
        return done;
    }

    /** What a follower can know of candidates: whether they have caught up knows the leader. */
    private boolean hasSuccessor() {
        return members().stream().anyMatch(m -> m.learner() && mayVote(attributes.of(m.id())));
    }

    private static boolean mayVote(MemberAttributes learner) {
        return !learner.joining()
                && !learner.draining()
                && !learner.stopping()
                && (learner.wish() == null || learner.wish() == Role.VOTER);
    }

    private boolean votes() {
        return members().stream().anyMatch(m -> m.id() == memberId && !m.learner());
    }

    private List<Member> members() {
        return replication.members();
    }

    private boolean isOver(long deadlineNanos) {
        return nanoClock.getAsLong() - deadlineNanos >= 0;
    }

    private interface Step {
        CompletableFuture<Void> begin();
    }

    private void later(CompletableFuture<Void> done, Step step) {
        try {
            timer.schedule(() -> follow(done, step), LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            done.complete(null);
        }
    }

    private static void follow(CompletableFuture<Void> done, Step step) {
        step.begin().whenComplete((ended, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    /** Takes back what an earlier life asked for. To be called again and again while a leader is known. */
    void settle() {
        if (settled || settling || handingOver) {
            return;
        }
        settling = true;
        records.sync()
                .thenCompose(seen -> handingOver
                        ? CompletableFuture.completedFuture(false)
                        : attributes.change(memberId, known -> known.stopping(false)))
                .whenComplete((changed, failure) -> {
                    settled = failure == null && changed;
                    settling = false;
                });
    }
}

package io.quorlite.raft;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs rounds of one question, one at a time, for all who wait. Whoever asks while a round is under way gets the answer of the
 * <em>next</em>: the answer of a round already begun may be older than the question. Thread-safe; the lock is never held while
 * a round starts or an answer is given.
 */
final class Rounds<T> {
    private final Supplier<CompletableFuture<T>> round;
    private @Nullable CompletableFuture<T> underWay; // what the round answers
    private @Nullable CompletableFuture<T> next; // all who came after it began
    private boolean running;

    Rounds(Supplier<CompletableFuture<T>> round) {
        this.round = round;
    }

    CompletableFuture<T> join() {
        CompletableFuture<T> joined;
        boolean starts;
        synchronized (this) {
            if (next == null) {
                next = new CompletableFuture<>();
            }
            joined = next;
            starts = !running;
            running = true;
        }
        if (starts) {
            runNext();
        }
        return joined;
    }

    /** Gives the round under way up: those who wait for it hear {@code reason}, and the next begins. */
    void failCurrent(Throwable reason) {
        CompletableFuture<T> failed;
        synchronized (this) {
            failed = underWay;
        }
        if (failed != null) {
            failed.completeExceptionally(reason);
        }
    }

    /** Runs rounds until one is left under way or nobody waits; a loop, because a round may answer at once. */
    private void runNext() {
        while (true) {
            CompletableFuture<T> asked;
            synchronized (this) {
                asked = next;
                next = null;
                underWay = null;
                if (asked == null) {
                    running = false;
                    return;
                }
            }
            CompletableFuture<T> answer = start();
            synchronized (this) {
                underWay = answer;
            }
            if (!answer.isDone()) {
                answer.whenComplete((value, error) -> {
                    finish(asked, value, error);
                    runNext();
                });
                return;
            }
            answer.whenComplete((value, error) -> finish(asked, value, error));
        }
    }

    private CompletableFuture<T> start() {
        try {
            return round.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static <T> void finish(CompletableFuture<T> asked, T value, @Nullable Throwable error) {
        if (error == null) {
            asked.complete(value);
        } else {
            asked.completeExceptionally(error);
        }
    }
}

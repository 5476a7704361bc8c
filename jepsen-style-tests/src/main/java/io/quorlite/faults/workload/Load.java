package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import java.util.concurrent.atomic.AtomicLong;

/** What the workers of a run do. Thread-safe: many workers take steps at once. */
public interface Load {
    /** What must be there before the others begin; called once, in a healthy cluster. */
    default void setUp(Worker worker) throws InterruptedException {}

    /** One small piece of work, a few calls. */
    void step(Worker worker) throws InterruptedException;

    /** Reads whatever the checkers want read last; called once, when the cluster is whole again. */
    default void finalReads(Worker worker) throws InterruptedException {}

    /** Names that no other call of the run gives: values, elements, lease ids. Thread-safe. */
    final class Unique {
        private final AtomicLong next = new AtomicLong();

        long next() {
            return next.incrementAndGet();
        }

        String value() {
            return "v" + next();
        }
    }
}

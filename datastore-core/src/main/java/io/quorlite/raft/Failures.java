package io.quorlite.raft;

import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.replication.Replica;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the replica, once, of what this member must not go on after. Thread-safe. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(RaftReplication.class);

    private final Replica replica;
    private final String name;
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile @Nullable Throwable first;
    private volatile @Nullable Consumer<Throwable> afterStart;

    Failures(Replica replica, String name) {
        this.replica = replica;
        this.name = name;
    }

    void fatal(Throwable cause) {
        if (failed.compareAndSet(false, true)) {
            first = cause;
            if (!(cause instanceof RemovedFromClusterException)) { // which is no fault, and told above
                LOG.error("{} stops: {}", name, cause.toString(), cause);
            }
            Consumer<Throwable> engine = afterStart;
            if (engine != null) {
                engine.accept(cause);
                replica.fatal(cause);
            }
        }
    }

    /**
     * From now on failures go to the replica and to {@code engine}, which must not block; those before are thrown by the
     * start.
     */
    void started(Consumer<Throwable> engine) {
        afterStart = engine;
    }

    boolean failed() {
        return failed.get();
    }

    /** The cause, or null. */
    @Nullable Throwable first() {
        return first;
    }

    /** For what is tried again. */
    void log(String what, Throwable cause) {
        LOG.warn("{}: {}: {}", name, what, cause.toString());
    }
}

package io.quorlite.datastore;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.sqlite.CorruptDatabaseException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first thing that happened after which this member must not go on, and what is stopped then. A replica that is down is
 * safe, one that is wrong is not. Thread-safe; hears of failures on any thread, and stops the parts on that one.
 */
final class NodeFailure implements Consumer<Throwable> {
    private static final Logger log = LoggerFactory.getLogger(NodeFailure.class);

    /** Stops a part; does not block. */
    interface Stop {
        void stop(DatastoreException reason, Throwable cause);
    }

    private final String name;
    private final List<Stop> stops = new ArrayList<>(); // guarded by this
    private @Nullable Throwable cause; // guarded by this

    NodeFailure(String name) {
        this.name = name;
    }

    /** Has {@code stop} called at the failure, after those given before; at once if that has been. */
    void stopping(Stop stop) {
        Throwable happened;
        synchronized (this) {
            stops.add(stop);
            happened = cause;
        }
        if (happened != null) {
            stop.stop(reason(happened), happened);
        }
    }

    @Override
    public void accept(Throwable failure) {
        List<Stop> due;
        synchronized (this) {
            if (cause != null) {
                log.debug("{} failed again", name, failure);
                return;
            }
            cause = failure;
            due = List.copyOf(stops);
        }
        if (failure instanceof RemovedFromClusterException) {
            log.info("{} stops: {}", name, failure.getMessage());
        } else {
            log.error("{} stops: it must not go on after this", name, failure);
        }
        DatastoreException reason = reason(failure);
        due.forEach(stop -> stop.stop(reason, failure));
    }

    synchronized boolean isCorrupt() {
        return cause instanceof CorruptDatabaseException;
    }

    private static DatastoreException reason(Throwable failure) {
        if (failure instanceof RemovedFromClusterException) {
            return new DatastoreException(Kind.STOPPED, String.valueOf(failure.getMessage()));
        }
        return failure instanceof CorruptDatabaseException
                ? new DatastoreException(Kind.CORRUPT, "this member's data is damaged: " + failure.getMessage())
                : new DatastoreException(Kind.STOPPED, "this member was stopped by an error: " + failure);
    }
}

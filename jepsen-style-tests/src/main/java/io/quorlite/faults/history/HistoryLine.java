package io.quorlite.faults.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of a history. The order of lines is the order of time: a line stands before another only if it was written
 * before it. Times are nanoseconds of a monotonic clock since the recorder was opened. Immutable.
 */
public sealed interface HistoryLine {
    long nanos();

    /** The first line: what was run. */
    record RunStarted(long nanos, int formatVersion, long seed, String workload, String nemesis, int nodes)
            implements HistoryLine {}

    /** A process is about to call a node. */
    record Invoked(long nanos, int process, String node, Request request) implements HistoryLine {}

    /** The process's outstanding call ended; a response where it is ok, else a failure. */
    record Completed(
            long nanos,
            int process,
            Outcome outcome,
            @Nullable Response response,
            @Nullable Failure failure) implements HistoryLine {
        public Completed {
            if ((outcome == Outcome.OK) != (response != null) || (response == null) == (failure == null)) {
                throw new IllegalArgumentException(outcome + " with " + response + " and " + failure);
            }
        }
    }

    /** A watch is about to be asked for. */
    record WatchOpened(long nanos, int watch, String node, WatchSpec spec) implements HistoryLine {}

    /**
     * A watch told something.
     *
     * @param revision the header's
     * @param compactRevision where the watch was refused for being compacted, else 0
     * @param fragment whether more of the last event's revision is to follow in the next message
     */
    record WatchHeard(
            long nanos,
            int watch,
            Kind kind,
            long revision,
            long compactRevision,
            boolean fragment,
            List<KeyEvent> events)
            implements HistoryLine {
        /** What kind of message it is. */
        public enum Kind {
            CREATED,
            EVENTS,
            PROGRESS,
            COMPACTED,
            CANCELLED,
            /** No message: the connection is gone, and with it the watch. */
            BROKEN
        }

        public WatchHeard {
            events = List.copyOf(events);
            if ((kind == Kind.EVENTS) == events.isEmpty()) {
                throw new IllegalArgumentException(kind + " with " + events.size() + " events");
            }
        }

        /** Whether the watch is over with this message. */
        public boolean isEnd() {
            return kind == Kind.COMPACTED || kind == Kind.CANCELLED || kind == Kind.BROKEN;
        }
    }

    /** A fault begins or ends. */
    record Fault(long nanos, String name, String target, boolean active) implements HistoryLine {}

    /** A node was seen to lead in a term. */
    record Leader(long nanos, String node, long term) implements HistoryLine {}

    /** A part of the run begins: load, heal, final reads. */
    record Phase(long nanos, String name) implements HistoryLine {
        /** Faults are over, and the harness has waited until every open watch has told of all that was written before. */
        public static final String SETTLED = "settled";

        /** No client writes any more. */
        public static final String FINAL_READS = "final reads";
    }
}

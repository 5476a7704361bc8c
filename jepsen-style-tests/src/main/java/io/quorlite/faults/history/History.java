package io.quorlite.faults.history;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A whole run: its lines, and the calls and watches that they tell of. Immutable. */
public final class History {
    private final List<HistoryLine> lines;
    private final List<Operation> operations;
    private final List<Watch> watches;

    private History(List<HistoryLine> lines, List<Operation> operations, List<Watch> watches) {
        this.lines = List.copyOf(lines);
        this.operations = List.copyOf(operations);
        this.watches = List.copyOf(watches);
    }

    /**
     * Pairs calls with their ends, and watches with their messages.
     *
     * @throws MalformedHistoryException if a process has two calls outstanding, or goes on after an unknown outcome, or
     *     something ends that never began, or time runs backwards
     */
    public static History of(List<HistoryLine> lines) {
        Pairing pairing = new Pairing();
        for (HistoryLine line : lines) {
            pairing.add(line);
        }
        return new History(lines, pairing.operations(), pairing.watches());
    }

    public List<HistoryLine> lines() {
        return lines;
    }

    /** Every call, in the order they were made. Calls that never returned are {@link Outcome#INFO}. */
    public List<Operation> operations() {
        return operations;
    }

    /** Every watch, in the order they were asked for. */
    public List<Watch> watches() {
        return watches;
    }

    /** The calls of the store's own interface. */
    public Stream<Operation> storeOperations() {
        return operations.stream().filter(operation -> operation.request() instanceof StoreRequest);
    }

    /** The lines of one kind. */
    public <T extends HistoryLine> Stream<T> lines(Class<T> type) {
        return lines.stream().filter(type::isInstance).map(type::cast);
    }

    /** The time of the last line. */
    public long endNanos() {
        return lines.isEmpty() ? 0 : lines.get(lines.size() - 1).nanos();
    }

    private static final class Pairing {
        private static final int CLOSED = -1;

        /** Where the outstanding call of a process stands in {@code operations}; CLOSED after an unknown outcome. */
        private final SortedMap<Integer, Integer> outstanding = new TreeMap<>();

        private final List<Operation> operations = new ArrayList<>();
        private final SortedMap<Integer, OpenWatch> watches = new TreeMap<>();
        private int index;
        private long nanos;

        void add(HistoryLine line) {
            check(line.nanos() >= nanos, line, "time runs backwards");
            nanos = line.nanos();
            if (line instanceof HistoryLine.Invoked invoked) {
                invoked(invoked);
            } else if (line instanceof HistoryLine.Completed completed) {
                completed(completed);
            } else if (line instanceof HistoryLine.WatchOpened opened) {
                OpenWatch watch = new OpenWatch(opened, index, new ArrayList<>());
                check(watches.put(opened.watch(), watch) == null, line, "watch opened twice");
            } else if (line instanceof HistoryLine.WatchHeard heard) {
                OpenWatch watch = watches.get(heard.watch());
                if (watch == null) {
                    throw malformed(line, "no such watch");
                }
                watch.messages().add(new Watch.Message(index, heard));
            }
            index++;
        }

        private void invoked(HistoryLine.Invoked line) {
            check(!outstanding.containsKey(line.process()), line, "process has a call outstanding or is over");
            outstanding.put(line.process(), operations.size());
            operations.add(new Operation(
                    line.process(),
                    line.node(),
                    line.request(),
                    index,
                    line.nanos(),
                    Operation.NEVER,
                    Long.MAX_VALUE,
                    Outcome.INFO,
                    null,
                    null));
        }

        private void completed(HistoryLine.Completed line) {
            Integer position = outstanding.remove(line.process());
            if (position == null || position == CLOSED) {
                throw malformed(line, "process has no call outstanding");
            }
            boolean unknown = line.outcome() == Outcome.INFO;
            if (unknown) {
                outstanding.put(line.process(), CLOSED);
            }
            Operation call = operations.get(position);
            operations.set(
                    position,
                    new Operation(
                            call.process(),
                            call.node(),
                            call.request(),
                            call.callIndex(),
                            call.callNanos(),
                            unknown ? Operation.NEVER : index,
                            line.nanos(),
                            line.outcome(),
                            line.response(),
                            line.failure()));
        }

        private void check(boolean holds, HistoryLine line, String complaint) {
            if (!holds) {
                throw malformed(line, complaint);
            }
        }

        private MalformedHistoryException malformed(HistoryLine line, String complaint) {
            return new MalformedHistoryException("line " + (index + 1) + ": " + complaint + ": " + line);
        }

        List<Operation> operations() {
            return operations;
        }

        List<Watch> watches() {
            return watches.values().stream().map(OpenWatch::toWatch).toList();
        }
    }

    private record OpenWatch(HistoryLine.WatchOpened opened, int index, List<Watch.Message> messages) {
        Watch toWatch() {
            return new Watch(opened.watch(), opened.node(), opened.spec(), index, messages);
        }
    }

    /** What the first line says was run, or null where there is none. */
    public HistoryLine.@Nullable RunStarted runStarted() {
        return lines(HistoryLine.RunStarted.class).findFirst().orElse(null);
    }
}

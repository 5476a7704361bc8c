package io.quorlite.faults.report;

import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/**
 * What the page draws; times in milliseconds. Immutable.
 *
 * @param lanes how many rows the operations take: a worker's processes follow one another in one row
 * @param omitted how many operations are left out, the page being bounded
 */
record Timeline(
        double end,
        int lanes,
        long omitted,
        List<Bar> operations,
        List<Interval> faults,
        List<Interval> leaders,
        List<Mark> phases) {
    /** Pages of more become too heavy for a browser. */
    static final int OPERATIONS_MAX = 60_000;

    private static final int TEXT_MAX = 240;

    /** One operation; the names are short as there are many. {@code l} is the lane, {@code n} the line of its call. */
    record Bar(int l, double f, double t, int o, int n, String s) {}

    /** A fault, or a leader's time. */
    record Interval(String name, double from, double to, String text) {}

    /** A moment. */
    record Mark(String name, double at) {}

    static Timeline of(History history) {
        List<Operation> shown =
                history.operations().stream().limit(OPERATIONS_MAX).toList();
        List<Bar> bars = new ArrayList<>();
        int lanes = layOut(shown, history.endNanos(), bars);
        return new Timeline(
                millis(history.endNanos()),
                lanes,
                history.operations().size() - shown.size(),
                bars,
                faults(history),
                leaders(history),
                history.lines(HistoryLine.Phase.class)
                        .map(phase -> new Mark(phase.name(), millis(phase.nanos())))
                        .toList());
    }

    /** Puts each operation in the lowest lane that is free when it begins. */
    private static int layOut(List<Operation> operations, long endNanos, List<Bar> bars) {
        record Busy(long untilNanos, int lane) {}
        PriorityQueue<Busy> busy = new PriorityQueue<>(Comparator.comparingLong(Busy::untilNanos));
        PriorityQueue<Integer> free = new PriorityQueue<>();
        int lanes = 0;
        for (Operation operation : operations) {
            while (!busy.isEmpty() && busy.peek().untilNanos() <= operation.callNanos()) {
                free.add(busy.remove().lane());
            }
            int lane = free.isEmpty() ? lanes++ : free.remove();
            long until = Math.min(operation.returnNanos(), endNanos);
            busy.add(new Busy(until, lane));
            bars.add(new Bar(
                    lane,
                    millis(operation.callNanos()),
                    millis(until),
                    place(operation.outcome()),
                    operation.callIndex() + 1,
                    shortened(operation.toString())));
        }
        return lanes;
    }

    /** The place of the outcome in the script's table of colours. */
    private static int place(Outcome outcome) {
        return switch (outcome) {
            case OK -> 0;
            case FAIL -> 1;
            case INFO -> 2;
        };
    }

    private static List<Interval> faults(History history) {
        Map<String, HistoryLine.Fault> active = new TreeMap<>();
        List<Interval> faults = new ArrayList<>();
        history.lines(HistoryLine.Fault.class).forEach(fault -> {
            String which = fault.name() + " " + fault.target();
            HistoryLine.Fault began = fault.active() ? active.putIfAbsent(which, fault) : active.remove(which);
            if (!fault.active() && began != null) {
                faults.add(interval(began, fault.nanos()));
            }
        });
        active.values().forEach(fault -> faults.add(interval(fault, history.endNanos())));
        faults.sort(Comparator.comparingDouble(Interval::from));
        return faults;
    }

    private static Interval interval(HistoryLine.Fault fault, long untilNanos) {
        return new Interval(fault.name(), millis(fault.nanos()), millis(untilNanos), fault.target());
    }

    private static List<Interval> leaders(History history) {
        List<HistoryLine.Leader> seen = history.lines(HistoryLine.Leader.class).toList();
        List<Interval> leaders = new ArrayList<>();
        for (int i = 0; i < seen.size(); i++) {
            long until = i + 1 < seen.size() ? seen.get(i + 1).nanos() : history.endNanos();
            leaders.add(new Interval(
                    seen.get(i).node(),
                    millis(seen.get(i).nanos()),
                    millis(until),
                    "term " + seen.get(i).term()));
        }
        return leaders;
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e3) / 1e3;
    }

    private static String shortened(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX) + "…";
    }
}

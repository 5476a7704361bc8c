package io.quorlite.faults.simulation;

import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.WatchHeard.Kind;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.WatchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Watches on a simulated store: they lag, catch up in batches, tell their progress, begin in the past and the future. */
final class SimulatedWatches {
    private static final int OPEN_MAX = 8;

    private final Random random;
    private final SimulatedStore store;
    private final List<HistoryLine> lines;
    private final List<OpenWatch> open = new ArrayList<>();
    private int watches;

    private static final class OpenWatch {
        final int id;
        final WatchSpec spec;
        long next;

        OpenWatch(int id, WatchSpec spec, long next) {
            this.id = id;
            this.spec = spec;
            this.next = next;
        }
    }

    SimulatedWatches(Random random, SimulatedStore store, List<HistoryLine> lines) {
        this.random = random;
        this.store = store;
        this.lines = lines;
    }

    void openOnEverything(long nanos, String... nodes) {
        for (String node : nodes) {
            open(nanos, node, WatchSpec.EVERYTHING);
        }
    }

    /** One step: some watches tell something, and sometimes a new one begins. */
    void play(long nanos) {
        if (open.size() < OPEN_MAX && random.nextInt(40) == 0) {
            int from = random.nextInt(8);
            KeyRange range = new KeyRange("k" + from, "k" + (from + 1 + random.nextInt(4)));
            long start = random.nextInt(3) == 0 ? 0 : Math.max(1, store.revision() - 20 + random.nextInt(30));
            open(
                    nanos,
                    "n" + (1 + random.nextInt(3)),
                    new WatchSpec(
                            range,
                            start,
                            random.nextBoolean(),
                            random.nextInt(5) == 0,
                            random.nextInt(5) == 0,
                            random.nextInt(4) == 0));
        }
        for (OpenWatch watch : List.copyOf(open)) {
            if (random.nextInt(6) == 0) {
                tell(nanos, watch, 1 + random.nextInt(4));
            }
        }
        if (random.nextInt(100) == 0) {
            end(nanos, 3 + random.nextInt(OPEN_MAX));
        }
    }

    void finish(long nanos) {
        open.forEach(watch -> tell(nanos, watch, Integer.MAX_VALUE));
        open.subList(0, 3)
                .forEach(watch -> lines.add(new HistoryLine.WatchHeard(
                        nanos, watch.id, Kind.PROGRESS, store.revision(), 0, false, List.of())));
    }

    private void open(long nanos, String node, WatchSpec spec) {
        int id = watches++;
        lines.add(new HistoryLine.WatchOpened(nanos, id, node, spec));
        long next = spec.startRevision() == 0 ? store.revision() + 1 : spec.startRevision();
        lines.add(new HistoryLine.WatchHeard(nanos, id, Kind.CREATED, store.revision(), 0, false, List.of()));
        if (next < store.compacted()) {
            lines.add(new HistoryLine.WatchHeard(
                    nanos, id, Kind.COMPACTED, store.revision(), store.compacted(), false, List.of()));
        } else {
            open.add(new OpenWatch(id, spec, next));
        }
    }

    private void tell(long nanos, OpenWatch watch, int revisionsMax) {
        List<KeyEvent> events = new ArrayList<>();
        for (int i = 0; i < revisionsMax && watch.next <= store.revision(); i++) {
            for (KeyEvent event : store.events(watch.next)) {
                if (watch.spec.wants(event)) {
                    events.add(watch.spec.prevKv() ? event : event.withoutPrevKv());
                }
            }
            watch.next++;
        }
        if (!events.isEmpty()) {
            KeyEvent last = events.get(events.size() - 1);
            if (watch.spec.fragment()
                    && events.size() > 1
                    && events.get(events.size() - 2).revision() == last.revision()) {
                heard(nanos, watch, events.subList(0, events.size() - 1), true);
                heard(nanos, watch, List.of(last), false);
            } else {
                heard(nanos, watch, events, false);
            }
        } else if (random.nextInt(3) == 0
                && watch.next > watch.spec.startRevision()
                && watch.next <= store.revision() + 1) {
            lines.add(new HistoryLine.WatchHeard(nanos, watch.id, Kind.PROGRESS, watch.next - 1, 0, false, List.of()));
        }
    }

    private void heard(long nanos, OpenWatch watch, List<KeyEvent> events, boolean fragment) {
        lines.add(new HistoryLine.WatchHeard(nanos, watch.id, Kind.EVENTS, store.revision(), 0, fragment, events));
    }

    /** Ends a watch that is not one of those on everything. */
    private void end(long nanos, int position) {
        if (position < open.size()) {
            int id = open.remove(position).id;
            lines.add(new HistoryLine.WatchHeard(
                    nanos, id, random.nextBoolean() ? Kind.BROKEN : Kind.CANCELLED, 0, 0, false, List.of()));
        }
    }
}

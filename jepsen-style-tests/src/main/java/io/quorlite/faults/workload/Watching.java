package io.quorlite.faults.workload;

import io.quorlite.faults.client.RecordedWatch;
import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.HistoryRecorder;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.WatchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The watches of a run. On each node one tells of everything from the first revision on, and is asked for anew where it
 * broke off; beside these come and go others, on some of the keys, from the past, now and the future. One thread uses it.
 */
public final class Watching {
    private static final int REVISIONS_AROUND = 400;
    /** A node that is down is not asked again at every look. */
    private static final int LOOKS_BETWEEN_TRIES = 5;

    private final Worker.Cluster cluster;
    private final HistoryRecorder history;
    private final Random random;
    private final List<KeyRange> ranges;
    private final int othersMax;
    private final List<RecordedWatch> everything = new ArrayList<>();
    private final List<RecordedWatch> others = new ArrayList<>();
    private int looks;

    /**
     * @param ranges what the others are on
     * @param othersMax how many of them there are at a time
     */
    public Watching(
            Worker.Cluster cluster, HistoryRecorder history, Random random, List<KeyRange> ranges, int othersMax) {
        this.cluster = cluster;
        this.history = history;
        this.random = random;
        this.ranges = List.copyOf(ranges);
        this.othersMax = othersMax;
        for (int node = 0; node < cluster.size(); node++) {
            everything.add(RecordedWatch.open(history, cluster.client(node), WatchSpec.EVERYTHING));
        }
    }

    /** Looks after the watches once; every tenth of a second or so. */
    public void look(boolean more) {
        for (int node = 0; node < everything.size(); node++) {
            openAgain(node);
        }
        looks++;
        others.removeIf(RecordedWatch::isOver);
        if (more && others.size() < othersMax && random.nextInt(3) == 0) {
            others.add(RecordedWatch.open(history, cluster.client(random.nextInt(cluster.size())), other()));
        }
        if (more && !others.isEmpty() && random.nextInt(20) == 0) {
            others.get(random.nextInt(others.size())).cancel();
        }
        if (more && !others.isEmpty() && random.nextInt(10) == 0) {
            others.get(random.nextInt(others.size())).askProgress();
        }
    }

    private void openAgain(int node) {
        RecordedWatch watch = everything.get(node);
        if (watch.isOver() && (watch.isCreated() || looks % LOOKS_BETWEEN_TRIES == 0)) {
            long start = Math.max(watch.heardTo() + 1, watch.compactedTo());
            everything.set(node, RecordedWatch.open(history, cluster.client(node), everythingFrom(start)));
        }
    }

    /**
     * Waits until each watch on one of {@code nodes}, and all others that are still open, have told of everything up to
     * {@code revision}; false if that takes too long.
     */
    public boolean settle(List<Integer> nodes, long revision, long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (System.nanoTime() < deadline) {
            nodes.forEach(this::openAgain);
            looks++;
            List<RecordedWatch> behind = new ArrayList<>(others);
            // Those on a node that is gone, too, until they are known to be over: an open one is held to its word.
            behind.addAll(everything);
            behind.removeIf(watch -> watch.isOver()
                    ? !nodes.contains(everything.indexOf(watch))
                    : watch.heardTo() >= revision || watch.spec().startRevision() > revision);
            if (behind.isEmpty()) {
                return true;
            }
            behind.forEach(RecordedWatch::askProgress);
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return false;
    }

    /** The run is over: what the watches still hear is not written down. */
    public void leave() {
        everything.forEach(RecordedWatch::leave);
        others.forEach(RecordedWatch::leave);
    }

    private static WatchSpec everythingFrom(long revision) {
        WatchSpec all = WatchSpec.EVERYTHING;
        return new WatchSpec(all.range(), revision, all.prevKv(), all.noPut(), all.noDelete(), all.fragment());
    }

    private WatchSpec other() {
        long newest =
                everything.stream().mapToLong(RecordedWatch::heardTo).max().orElse(0);
        long start = random.nextInt(4) == 0
                ? 0
                : Math.max(1, newest + random.nextInt(2 * REVISIONS_AROUND) - REVISIONS_AROUND * 3L / 2);
        int filter = random.nextInt(6);
        return new WatchSpec(
                ranges.get(random.nextInt(ranges.size())),
                start,
                random.nextBoolean(),
                filter == 0,
                filter == 1,
                random.nextInt(4) == 0);
    }
}

package io.quorlite.faults.simulation;

import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.Completed;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A run of some workers on a store that is right, from a seed: calls overlap, take effect anywhere between their begin and
 * end, fail before, or are lost sight of, to take effect later or never.
 */
public final class SimulatedRun {
    private static final Failure NO_ANSWER = new Failure(Failure.Kind.NO_ANSWER, "deadline");
    private static final Failure REFUSED = new Failure(Failure.Kind.REFUSED, "no leader");

    private final Random random;
    private final double unknownShare;
    private final SimulatedStore store = new SimulatedStore();
    private final List<HistoryLine> lines = new ArrayList<>();
    private final SimulatedRequests requests;
    private final SimulatedWatches watches;
    private final List<Worker> workers = new ArrayList<>();
    /** Requests whose callers have given up, that may yet take effect. */
    private final List<StoreRequest> adrift = new ArrayList<>();
    /** By lease: when it ends. */
    private final SortedMap<Long, Long> leaseEnds = new TreeMap<>();

    private int processes;
    private long nanos;

    private SimulatedRun(long seed, double unknownShare) {
        this.random = new Random(seed);
        this.unknownShare = unknownShare;
        this.requests = new SimulatedRequests(random, store);
        this.watches = new SimulatedWatches(random, store, lines);
    }

    /** The lines of a good run of {@code calls} calls, of which about {@code unknownShare} have an unknown outcome. */
    public static List<HistoryLine> lines(long seed, int calls, double unknownShare) {
        SimulatedRun run = new SimulatedRun(seed, unknownShare);
        run.play(calls);
        return run.lines;
    }

    private void play(int calls) {
        lines.add(new HistoryLine.RunStarted(0, 1, 0, "simulated", "none", 3));
        watches.openOnEverything(nanos, "n1", "n2", "n3");
        for (int i = 0; i < 6; i++) {
            workers.add(new Worker());
        }
        int begun = 0;
        while (begun < calls || workers.stream().anyMatch(worker -> worker.request != null)) {
            nanos += 1_000_000 + random.nextInt(4_000_000);
            endLeases();
            Worker worker = workers.get(random.nextInt(workers.size()));
            if (worker.request != null) {
                worker.goOn();
            } else if (begun < calls) {
                begun++;
                worker.begin();
            }
            if (!adrift.isEmpty() && random.nextInt(10) == 0) {
                apply(adrift.remove(random.nextInt(adrift.size())));
            }
            watches.play(nanos);
        }
        finish();
    }

    /** Every watch tells the rest; then one last read by each node. */
    private void finish() {
        watches.finish(nanos);
        lines.add(new HistoryLine.Phase(nanos, HistoryLine.Phase.SETTLED));
        for (int node = 1; node <= 3; node++) {
            int process = processes++;
            StoreRequest.Range everything = new StoreRequest.Range(KeyRange.ALL);
            lines.add(new HistoryLine.Invoked(++nanos, process, "n" + node, everything));
            lines.add(new Completed(
                    ++nanos, process, Outcome.OK, store.apply(everything).response(), null));
        }
    }

    private void endLeases() {
        leaseEnds.entrySet().removeIf(end -> {
            if (end.getValue() <= nanos) {
                store.endLease(end.getKey());
            }
            return end.getValue() <= nanos;
        });
    }

    private SimulatedStore.Answer apply(StoreRequest request) {
        SimulatedStore.Answer answer = store.apply(request);
        if (answer.response() instanceof Response.LeaseResult lease && store.hasLease(lease.id())) {
            leaseEnds.put(lease.id(), nanos + lease.ttlSeconds() * 1_000_000_000L + random.nextInt(500_000_000));
        }
        return answer;
    }

    /** One worker, and its present process. */
    private final class Worker {
        private int process = processes++;
        private @Nullable StoreRequest request;
        private SimulatedStore.@Nullable Answer answer;

        void begin() {
            StoreRequest next = requests.next();
            request = next;
            answer = null;
            lines.add(new HistoryLine.Invoked(nanos, process, "n" + (1 + random.nextInt(3)), next));
        }

        void goOn() {
            StoreRequest asked = Objects.requireNonNull(request);
            double chance = random.nextDouble();
            if (chance < unknownShare / 2) {
                if (answer == null) {
                    adrift.add(asked);
                }
                end(new Completed(nanos, process, Outcome.INFO, null, NO_ANSWER));
                process = processes++;
            } else if (answer == null && chance > 0.98) {
                end(new Completed(nanos, process, Outcome.FAIL, null, REFUSED));
            } else if (answer == null) {
                answer = asked instanceof StoreRequest.Range range && range.serializable()
                        ? SimulatedStore.Answer.of(store.read(range, lagging()))
                        : apply(asked);
            } else {
                SimulatedStore.Answer given = answer;
                boolean refused = given.failure() != null;
                end(new Completed(
                        nanos,
                        process,
                        refused ? Outcome.FAIL : Outcome.OK,
                        refused ? null : given.response(),
                        given.failure()));
            }
        }

        private long lagging() {
            return Math.max(1, store.revision() - random.nextInt(5));
        }

        private void end(Completed line) {
            lines.add(line);
            requests.ended(Objects.requireNonNull(request), line);
            request = null;
        }
    }
}

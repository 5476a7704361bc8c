package io.quorlite.faults.simulation;

import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.Completed;
import io.quorlite.faults.history.ListStep;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest.ListTxn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A good run of list transactions: each takes effect at one moment between its begin and end, or after if it is unknown. */
public final class SimulatedLists {
    private static final Failure REFUSED = new Failure(Failure.Kind.REFUSED, "no leader");

    private final Random random;
    private final double unknownShare;
    private final SortedMap<String, List<Long>> lists = new TreeMap<>();
    private final List<HistoryLine> lines = new ArrayList<>();
    private final List<ListTxn> adrift = new ArrayList<>();
    private long elements;
    private int processes;

    private SimulatedLists(long seed, double unknownShare) {
        this.random = new Random(seed);
        this.unknownShare = unknownShare;
    }

    public static List<HistoryLine> lines(long seed, int txns, double unknownShare) {
        SimulatedLists run = new SimulatedLists(seed, unknownShare);
        run.play(txns);
        return run.lines;
    }

    private static final class Open {
        final int process;
        final ListTxn txn;

        @Nullable List<ListStep> done;

        Open(int process, ListTxn txn) {
            this.process = process;
            this.txn = txn;
        }
    }

    private void play(int txns) {
        List<Open> open = new ArrayList<>();
        int begun = 0;
        while (begun < txns || !open.isEmpty()) {
            if (begun < txns && (open.size() < 2 || (open.size() < 8 && random.nextBoolean()))) {
                Open next = new Open(processes++, txn());
                begun++;
                open.add(next);
                lines.add(new HistoryLine.Invoked(lines.size(), next.process, "n1", next.txn));
            } else {
                step(open, open.get(random.nextInt(open.size())));
            }
            if (!adrift.isEmpty() && random.nextInt(5) == 0) {
                apply(adrift.remove(random.nextInt(adrift.size())));
            }
        }
        List<ListStep> reads = lists.keySet().stream().map(ListStep::read).toList();
        int process = processes++;
        lines.add(new HistoryLine.Invoked(lines.size(), process, "n1", new ListTxn(reads)));
        lines.add(new Completed(
                lines.size(), process, Outcome.OK, new Response.ListTxnResult(apply(new ListTxn(reads))), null));
    }

    private void step(List<Open> open, Open txn) {
        double chance = random.nextDouble();
        if (chance < unknownShare / 2) {
            if (txn.done == null) {
                adrift.add(txn.txn);
            }
            end(open, txn, Outcome.INFO);
        } else if (txn.done != null) {
            end(open, txn, Outcome.OK);
        } else if (chance > 0.97) {
            end(open, txn, Outcome.FAIL);
        } else {
            txn.done = apply(txn.txn);
        }
    }

    private void end(List<Open> open, Open txn, Outcome outcome) {
        open.remove(txn);
        List<ListStep> done = txn.done;
        lines.add(
                outcome == Outcome.OK && done != null
                        ? new Completed(lines.size(), txn.process, outcome, new Response.ListTxnResult(done), null)
                        : new Completed(lines.size(), txn.process, outcome, null, REFUSED));
    }

    private ListTxn txn() {
        List<ListStep> steps = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String key = "x" + random.nextInt(4);
            steps.add(random.nextBoolean() ? ListStep.read(key) : ListStep.append(key, ++elements));
        }
        return new ListTxn(steps);
    }

    private List<ListStep> apply(ListTxn txn) {
        List<ListStep> done = new ArrayList<>();
        for (ListStep step : txn.steps()) {
            List<Long> list = lists.computeIfAbsent(step.key(), key -> new ArrayList<>());
            Long element = step.element();
            if (element != null) {
                list.add(element);
                done.add(step);
            } else {
                done.add(ListStep.read(step.key(), list));
            }
        }
        return done;
    }
}

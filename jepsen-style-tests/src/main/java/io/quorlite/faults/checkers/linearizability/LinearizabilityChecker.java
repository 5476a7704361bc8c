package io.quorlite.faults.checkers.linearizability;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Decides whether calls on independent objects are linearizable, object by object. Thread-safe.
 *
 * <p>The time for all objects together is bounded; where it runs out before a violation is found the verdict is UNKNOWN.
 */
public final class LinearizabilityChecker {
    private final String name;
    private final LongSupplier nanoTime;
    private final long timeoutNanos;

    /** @param nanoTime the clock that {@code timeoutNanos} is measured by */
    public LinearizabilityChecker(String name, LongSupplier nanoTime, long timeoutNanos) {
        this.name = name;
        this.nanoTime = nanoTime;
        this.timeoutNanos = timeoutNanos;
    }

    public String name() {
        return name;
    }

    public <S, I, O> Verdict check(Model<S, I, O> model, List<Call<I, O>> calls) {
        Map<String, List<Call<I, O>>> byKey = new TreeMap<>();
        calls.forEach(call ->
                byKey.computeIfAbsent(call.key(), key -> new ArrayList<>()).add(call));
        Findings findings = new Findings(name);
        long start = nanoTime.getAsLong();
        BooleanSupplier outOfTime = () -> nanoTime.getAsLong() - start > timeoutNanos;
        byKey.forEach((key, ofKey) -> {
            Search<S, I, O> search = new Search<>(model, model.simplified(ofKey));
            switch (search.run(outOfTime)) {
                case LINEARIZABLE -> {}
                case IMPOSSIBLE -> findings.add("key " + key + ": " + search.explanation());
                case OUT_OF_TIME ->
                    findings.undecided("key " + key + ": no answer in " + timeoutNanos / 1_000_000 + " ms");
            }
        });
        if (calls.stream().allMatch(Call::isUnknown)) {
            findings.undecided("no call has a known outcome");
        }
        return findings.verdict(calls.size() + " calls on " + byKey.size() + " keys");
    }
}

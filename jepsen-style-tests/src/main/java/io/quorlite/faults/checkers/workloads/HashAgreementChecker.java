package io.quorlite.faults.checkers.workloads;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Members that hash the same revisions get the same hash, at every time in the run; and at one revision at least, all of them
 * were asked.
 */
public final class HashAgreementChecker implements Checker {
    /** What was hashed: the versions left by a compaction, up to a revision. */
    private record Hashed(long revision, long compactRevision) implements Comparable<Hashed> {
        @Override
        public int compareTo(Hashed other) {
            int order = Long.compare(revision, other.revision);
            return order != 0 ? order : Long.compare(compactRevision, other.compactRevision);
        }
    }

    private final int nodes;

    /** @param nodes how many members there are at the end of the run */
    public HashAgreementChecker(int nodes) {
        this.nodes = nodes;
    }

    @Override
    public String name() {
        return "hashes";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Map<Hashed, List<Operation>> answers = new TreeMap<>();
        for (Operation operation : history.operations()) {
            if (operation.isOk() && operation.answer() instanceof Response.HashResult hash) {
                answers.computeIfAbsent(
                                new Hashed(hash.hashRevision(), hash.compactRevision()), key -> new ArrayList<>())
                        .add(operation);
            }
        }
        answers.forEach((hashed, operations) -> {
            Operation first = operations.get(0);
            for (Operation other : operations) {
                if (hash(other) != hash(first)) {
                    findings.add("members differ at " + hashed + ": " + first + " and " + other);
                }
            }
        });
        long most = answers.values().stream()
                .mapToLong(operations ->
                        operations.stream().map(Operation::node).distinct().count())
                .max()
                .orElse(0);
        if (most < nodes) {
            findings.undecided("at most " + most + " of " + nodes + " members were hashed at one revision");
        }
        return findings.verdict(answers.size() + " revisions hashed, by up to " + most + " members");
    }

    private static long hash(Operation operation) {
        return ((Response.HashResult) operation.answer()).hash();
    }
}

package io.quorlite.faults.checkers.workloads;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A set that only grows: what was acknowledged or has been read is in every read that begins later; nothing is in it that
 * was not asked for, failed, or is yet to be asked for. Reads are linearizable ones.
 */
public final class SetChecker implements Checker {
    @Override
    public String name() {
        return "set";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        Map<String, OneSet> sets = new TreeMap<>();
        for (Operation operation : history.operations()) {
            if (operation.request() instanceof WorkloadRequest.SetAdd add) {
                OneSet set = sets.computeIfAbsent(add.set(), OneSet::new);
                if (set.adds.put(add.element(), operation) != null) {
                    findings.undecided("added twice: " + add);
                }
            } else if (operation.isOk() && operation.request() instanceof WorkloadRequest.SetRead read) {
                sets.computeIfAbsent(read.set(), OneSet::new).reads.add(new Read(operation));
            }
        }
        sets.values().forEach(set -> set.check(findings));
        if (sets.isEmpty()) {
            findings.undecided("no set was used");
        }
        return findings.verdict(sets.values().stream()
                        .mapToInt(set -> set.adds.size())
                        .sum() + " elements, "
                + sets.values().stream().mapToInt(set -> set.reads.size()).sum() + " reads of " + sets.size()
                + " sets");
    }

    /** A read, with its elements ready to be looked up. */
    private record Read(Operation operation, List<String> listed, SortedSet<String> elements) {
        Read(Operation operation) {
            this(operation, ((Response.SetElements) operation.answer()).elements());
        }

        private Read(Operation operation, List<String> listed) {
            this(operation, listed, new TreeSet<>(listed));
        }
    }

    private static final class OneSet {
        final String name;
        final Map<String, Operation> adds = new TreeMap<>();
        final List<Read> reads = new ArrayList<>();
        /** By element: the line since which it is known to be in the set. */
        final Map<String, Integer> knownSince = new TreeMap<>();

        OneSet(String name) {
            this.name = name;
        }

        void check(Findings findings) {
            for (Read read : reads) {
                checkElements(read, findings);
            }
            adds.forEach((element, add) -> {
                if (add.isOk()) {
                    knownSince.merge(element, add.returnIndex(), Math::min);
                }
            });
            knownSince.forEach((element, since) -> checkKept(element, since, findings));
        }

        private void checkElements(Read read, Findings findings) {
            Operation operation = read.operation();
            if (read.elements().size() < read.listed().size()) {
                findings.add("set " + name + " holds an element twice: " + operation);
            }
            for (String element : read.elements()) {
                Operation add = adds.get(element);
                if (add == null) {
                    findings.add("set " + name + " holds " + element + ", which nobody added: " + operation);
                } else if (add.isFail()) {
                    findings.add("set " + name + " holds " + element + ", which failed for certain: " + add);
                } else if (operation.returnIndex() < add.callIndex()) {
                    findings.add("set " + name + " holds " + element + " before it was added: " + operation);
                }
                knownSince.merge(element, operation.returnIndex(), Math::min);
            }
        }

        private void checkKept(String element, int since, Findings findings) {
            List<Operation> after = new ArrayList<>();
            List<Operation> missing = new ArrayList<>();
            for (Read read : reads) {
                if (read.operation().callIndex() > since) {
                    after.add(read.operation());
                    if (!read.elements().contains(element)) {
                        missing.add(read.operation());
                    }
                }
            }
            if (after.isEmpty()) {
                Operation add = adds.get(element);
                if (add != null && add.returnIndex() == since) { // not first known from the last read
                    findings.undecided("set " + name + " was not read after " + element + " had been added");
                }
            } else if (missing.size() == after.size()) {
                findings.add("lost: " + element + " of set " + name + ", known since line " + (since + 1));
            } else if (!missing.isEmpty()) {
                findings.add("stale: " + element + " of set " + name + ", known since line " + (since + 1)
                        + ", is missing at line " + (missing.get(0).callIndex() + 1) + " and " + (missing.size() - 1)
                        + " other reads");
            }
        }
    }
}

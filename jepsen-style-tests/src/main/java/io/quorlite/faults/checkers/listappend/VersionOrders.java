package io.quorlite.faults.checkers.listappend;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.history.ListStep;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * In which order each list grew: the longest that was read, of which every other read must be a beginning. What can be seen
 * from single reads is checked on the way: elements from nowhere, of failed transactions (G1a), twice, from the middle of a
 * transaction (G1b), and reads that do not agree with the transaction's own steps. Not changed once built.
 */
final class VersionOrders {
    /**
     * A read as it was before the transaction's own appends.
     *
     * @param before what the list held without them
     */
    record Read(ListTxns.Txn txn, String key, List<Long> before) {}

    private final ListTxns txns;
    private final Findings findings;
    private final SortedMap<String, List<Long>> orders = new TreeMap<>();
    private final List<Read> reads = new ArrayList<>();

    VersionOrders(ListTxns txns, Findings findings) {
        this.txns = txns;
        this.findings = findings;
        for (ListTxns.Txn txn : txns.all()) {
            if (txn.isOk()) {
                follow(txn);
            }
        }
    }

    /** By key: the longest list that was read. */
    SortedMap<String, List<Long>> orders() {
        return orders;
    }

    List<Read> reads() {
        return reads;
    }

    /** Goes through a transaction's steps, keeping what each list must hold by them. */
    private void follow(ListTxns.Txn txn) {
        SortedMap<String, List<Long>> known = new TreeMap<>();
        SortedMap<String, List<Long>> own = new TreeMap<>();
        for (ListStep step : txn.steps()) {
            List<Long> appended = own.computeIfAbsent(step.key(), key -> new ArrayList<>());
            Long element = step.element();
            List<Long> read = step.read();
            if (element != null) {
                appended.add(element);
                known.computeIfPresent(step.key(), (key, list) -> plus(list, element));
            } else if (read != null) {
                List<Long> expected = known.get(step.key());
                if (expected != null ? !read.equals(expected) : !endsWith(read, appended)) {
                    findings.add("internal: " + step + " does not follow from the steps before: " + txn);
                } else if (expected == null) {
                    List<Long> before = read.subList(0, read.size() - appended.size());
                    checkRead(txn, step.key(), read, before);
                    reads.add(new Read(txn, step.key(), before));
                }
                known.put(step.key(), read);
            } else {
                findings.undecided("a read has no answer: " + txn);
            }
        }
    }

    private void checkRead(ListTxns.Txn txn, String key, List<Long> read, List<Long> before) {
        if (new TreeSet<>(read).size() < read.size()) {
            findings.add("duplicate: " + key + " holds an element twice: " + txn);
        }
        for (long element : read) {
            ListTxns.Txn writer = txns.writer(key, element);
            if (writer == null) {
                findings.add("garbage: nobody appended " + element + " to " + key + ": " + txn);
            } else if (writer.operation().isFail()) {
                findings.add("G1a, aborted read: " + element + " of " + key + " is of a failed transaction: " + writer
                        + "; read by " + txn);
            }
        }
        checkWhole(txn, key, before);
        List<Long> longest = orders.getOrDefault(key, List.of());
        if (!startsWith(longest, read) && !startsWith(read, longest)) {
            findings.add("incompatible order: " + key + " was read as " + read + " by " + txn + ", and as " + longest);
        } else if (read.size() >= longest.size()) {
            orders.put(key, read);
        }
    }

    private void checkWhole(ListTxns.Txn txn, String key, List<Long> before) {
        if (before.isEmpty()) {
            return;
        }
        long last = before.get(before.size() - 1);
        ListTxns.Txn writer = txns.writer(key, last);
        if (writer != null && writer.number() != txn.number()) {
            List<Long> appended = writer.appended(key);
            if (appended.get(appended.size() - 1) != last) {
                findings.add("G1b, intermediate read: " + key + " ends with " + last + ", but its transaction went on: "
                        + writer + "; read by " + txn);
            }
        }
    }

    private static List<Long> plus(List<Long> list, long element) {
        List<Long> longer = new ArrayList<>(list);
        longer.add(element);
        return longer;
    }

    private static boolean startsWith(List<Long> list, List<Long> beginning) {
        return list.size() >= beginning.size()
                && list.subList(0, beginning.size()).equals(beginning);
    }

    private static boolean endsWith(List<Long> list, List<Long> ending) {
        return list.size() >= ending.size()
                && list.subList(list.size() - ending.size(), list.size()).equals(ending);
    }
}

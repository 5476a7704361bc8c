package io.quorlite.faults.checkers.listappend;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which transaction must come before which, and why. Nodes are transactions by number and, above them, moments: the end of
 * each transaction leads to a moment, each moment to the next and to the transactions that began before the one after, so
 * that real time takes as many edges as there are transactions, not their square. Not changed once built.
 */
final class DependencyGraph {
    /** Why one must come before the other. */
    enum Kind {
        /** The other appended after it. */
        WW,
        /** The other read what it appended. */
        WR,
        /** It read what the other then appended to. */
        RW,
        /** It was over before the other began. */
        TIME
    }

    /** An edge, with what a person needs to check it. */
    record Edge(int from, int to, Kind kind, String why) {}

    private final List<List<Edge>> edges = new ArrayList<>();
    private final ListTxns txns;

    DependencyGraph(ListTxns txns, VersionOrders versions) {
        this.txns = txns;
        txns.all().forEach(txn -> edges.add(new ArrayList<>()));
        versions.orders().forEach(this::addWrites);
        versions.reads().forEach(read -> addRead(read, versions.orders().getOrDefault(read.key(), List.of())));
        addTime();
    }

    int size() {
        return edges.size();
    }

    List<Edge> from(int node) {
        return edges.get(node);
    }

    boolean isTxn(int node) {
        return node < txns.all().size();
    }

    /** Each element comes after the one before it; those acknowledged but never read come after the last that was. */
    private void addWrites(String key, List<Long> order) {
        for (int i = 1; i < order.size(); i++) {
            ListTxns.Txn writer = txns.writer(key, order.get(i - 1));
            ListTxns.Txn next = txns.writer(key, order.get(i));
            add(writer, next, Kind.WW, key + ": " + order.get(i - 1) + " was appended before " + order.get(i));
        }
        if (!order.isEmpty()) {
            long last = order.get(order.size() - 1);
            unread(key, order)
                    .forEach((element, writer) -> add(
                            txns.writer(key, last),
                            writer,
                            Kind.WW,
                            key + ": " + last + " was appended before " + element + ", which is not in " + order));
        }
    }

    private void addRead(VersionOrders.Read read, List<Long> order) {
        String key = read.key();
        int length = read.before().size();
        if (length > 0) {
            long last = read.before().get(length - 1);
            add(txns.writer(key, last), read.txn(), Kind.WR, key + ": " + last + " was read");
        }
        if (length < order.size()) {
            long next = order.get(length);
            add(
                    read.txn(),
                    txns.writer(key, next),
                    Kind.RW,
                    key + ": was read as " + read.before() + ", before " + next);
        } else {
            unread(key, order)
                    .forEach((element, writer) -> add(
                            read.txn(),
                            writer,
                            Kind.RW,
                            key + ": was read as " + read.before() + ", without " + element));
        }
    }

    /** The acknowledged appends that are not in the longest list that was read: they came after it. */
    private Map<Long, ListTxns.Txn> unread(String key, List<Long> order) {
        Set<Long> read = Set.copyOf(order);
        SortedMap<Long, ListTxns.Txn> unread =
                new TreeMap<>(txns.writers().getOrDefault(key, Collections.emptySortedMap()));
        unread.entrySet()
                .removeIf(entry ->
                        read.contains(entry.getKey()) || !entry.getValue().isOk());
        return unread;
    }

    private void add(ListTxns.@Nullable Txn from, ListTxns.@Nullable Txn to, Kind kind, String why) {
        if (from != null && to != null && from.number() != to.number()) {
            edges.get(from.number()).add(new Edge(from.number(), to.number(), kind, why));
        }
    }

    private void addTime() {
        record Moment(int line, boolean begin, int txn) {}
        List<Moment> moments = new ArrayList<>();
        for (ListTxns.Txn txn : txns.all()) {
            moments.add(new Moment(txn.operation().callIndex(), true, txn.number()));
            if (txn.isOk()) {
                moments.add(new Moment(txn.operation().returnIndex(), false, txn.number()));
            }
        }
        moments.sort(Comparator.comparingInt(Moment::line));
        int present = -1;
        for (Moment moment : moments) {
            if (moment.begin() && present >= 0) {
                link(present, moment.txn());
            } else if (!moment.begin()) {
                int next = edges.size();
                edges.add(new ArrayList<>());
                link(moment.txn(), next);
                if (present >= 0) {
                    link(present, next);
                }
                present = next;
            }
        }
    }

    private void link(int from, int to) {
        edges.get(from).add(new Edge(from, to, Kind.TIME, ""));
    }

    static Set<Kind> kinds(Kind first, Kind... rest) {
        return EnumSet.of(first, rest);
    }
}

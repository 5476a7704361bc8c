package io.quorlite.command;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
import io.quorlite.system.SystemTxn;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random commands on few keys, few values, few leases and low revisions, so that they get in each other's way. */
public final class CommandArbitraries {
    /** Prefixes of each other, neighbours, and the last one there can be. */
    public static final List<Bytes> KEYS = List.of(
            Bytes.utf8("a"),
            Bytes.utf8("a\0"),
            Bytes.utf8("aa"),
            Bytes.utf8("ab"),
            Bytes.utf8("b"),
            Bytes.utf8("ba"),
            Bytes.utf8("bb"),
            Bytes.utf8("c"),
            Bytes.wrap(new byte[] {(byte) 0x80}),
            Bytes.wrap(new byte[] {(byte) 0xff, (byte) 0xff}));

    private static final List<Bytes> VALUES =
            List.of(Bytes.EMPTY, Bytes.utf8("x"), Bytes.utf8("y"), Bytes.wrap(new byte[] {(byte) 0x90}));

    private CommandArbitraries() {}

    /** A command of any kind; most are transactions. */
    public static Arbitrary<Command> commands() {
        return Arbitraries.frequencyOf(
                Tuple.of(12, txns().map(Command.Write::new)),
                Tuple.of(6, ops(0).map(op -> new Command.Write(Txn.of(op)))),
                Tuple.of(2, leaseIds().map(id -> new Command.LeaseGrant(id, 60))),
                Tuple.of(2, leaseIds().map(Command.LeaseRevoke::new)),
                Tuple.of(
                        1,
                        leaseIds()
                                .map(id -> new Command.LeaseCheckpoint(
                                        List.of(new Command.LeaseCheckpoint.Remaining(id, 7))))),
                Tuple.of(2, revisions().map(Command.Compact::new)));
    }

    /** Changes of system records under conditions that hold now and then. */
    public static Arbitrary<Command> systemWrites() {
        Arbitrary<String> names = Arbitraries.of("a", "b/1", "b/2");
        Arbitrary<SystemTxn.Condition> conditions =
                Combinators.combine(names, Arbitraries.longs().between(0, 2)).as(SystemTxn.Condition::new);
        Arbitrary<SystemTxn.Change> changes =
                Combinators.combine(names, values().injectNull(0.3)).as(SystemTxn.Change::new);
        return Combinators.combine(
                        conditions.list().ofMaxSize(1),
                        changes.list()
                                .uniqueElements(SystemTxn.Change::name)
                                .ofMinSize(1)
                                .ofMaxSize(2))
                .as((under, what) -> new Command.SystemWrite(new SystemTxn(under, what)));
    }

    /** What fills an empty store: a lease, and keys with and without it. */
    public static Arbitrary<List<Command>> beginnings() {
        Arbitrary<Command> puts = Combinators.combine(keys(), values(), Arbitraries.of(0L, 0L, 1L))
                .as((key, value, lease) -> new Command.Write(Txn.of(Op.Put.of(key, value, lease))));
        return puts.list().ofMinSize(3).ofMaxSize(9).map(filling -> {
            List<Command> commands = new ArrayList<>(List.of(new Command.LeaseGrant(1, 60)));
            commands.addAll(filling);
            return commands;
        });
    }

    public static Arbitrary<Txn> txns() {
        return txns(2);
    }

    /** Transactions that may have others inside them, {@code depth} deep. */
    public static Arbitrary<Txn> txns(int depth) {
        return Combinators.combine(
                        compares().list().ofMaxSize(2),
                        ops(depth).list().ofMaxSize(4),
                        ops(depth).list().ofMaxSize(3))
                .as(Txn::new);
    }

    public static Arbitrary<Op> ops(int depth) {
        List<Tuple.Tuple2<Integer, Arbitrary<Op>>> kinds = new ArrayList<>(List.of(
                Tuple.of(5, puts().map(op -> op)),
                Tuple.of(3, deletes().map(op -> op)),
                Tuple.of(4, ranges().map(op -> op))));
        if (depth > 0) {
            kinds.add(Tuple.of(2, txns(depth - 1).map(Op.Nested::new)));
        }
        return Arbitraries.frequencyOf(kinds);
    }

    public static Arbitrary<Op.Put> puts() {
        Arbitrary<Boolean> seldom = Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true));
        return Combinators.combine(keys(), values(), leaseIds(), Arbitraries.of(true, false), seldom, seldom)
                .as(Op.Put::new);
    }

    public static Arbitrary<Op.DeleteRange> deletes() {
        // Narrow for the most part, or there would seldom be anything to delete.
        Arbitrary<KeyRange> doomed =
                Arbitraries.frequencyOf(Tuple.of(6, keys().map(KeyRange::single)), Tuple.of(1, keyRanges()));
        return Combinators.combine(doomed, Arbitraries.of(true, false)).as(Op.DeleteRange::new);
    }

    public static Arbitrary<Op.Range> ranges() {
        Arbitrary<Long> bounds = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.just(0L)),
                Tuple.of(1, Arbitraries.longs().between(1, 12)));
        Arbitrary<Long> readAt = Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0L)), Tuple.of(1, revisions()));
        Arbitrary<KeyRange> wide = Arbitraries.frequencyOf(
                Tuple.of(1, keyRanges()),
                Tuple.of(1, Arbitraries.of(KeyRange.all(), KeyRange.between(Bytes.utf8("a"), Bytes.utf8("c")))));
        return Combinators.combine(
                        wide,
                        Combinators.combine(readAt, Arbitraries.longs().between(-1, 5))
                                .as(List::of),
                        Arbitraries.of(Op.SortTarget.values()),
                        Arbitraries.of(Op.SortOrder.values()),
                        Combinators.combine(Arbitraries.of(true, false), Arbitraries.of(true, false, false, false))
                                .as(List::of),
                        bounds.list().ofSize(4))
                .as((keys, numbers, target, order, flags, bound) -> new Op.Range(
                        keys,
                        numbers.get(0),
                        numbers.get(1),
                        target,
                        order,
                        flags.get(0),
                        flags.get(1),
                        bound.get(0),
                        bound.get(1),
                        bound.get(2),
                        bound.get(3)));
    }

    public static Arbitrary<Compare> compares() {
        return Combinators.combine(
                        keyRanges(),
                        Arbitraries.of(Compare.Target.values()),
                        Arbitraries.of(Compare.Relation.values()),
                        Arbitraries.longs().between(0, 8),
                        values())
                .as((range, target, relation, number, value) -> target == Compare.Target.VALUE
                        ? new Compare(range, target, relation, 0, value)
                        : new Compare(range, target, relation, number, Bytes.EMPTY));
    }

    /** Single keys, prefixes, ranges that may be empty or upside down, and ranges without an end. */
    public static Arbitrary<KeyRange> keyRanges() {
        return Arbitraries.frequencyOf(
                Tuple.of(5, keys().map(KeyRange::single)),
                Tuple.of(2, keys().map(KeyRange::prefix)),
                Tuple.of(2, Combinators.combine(keys(), keys()).as(KeyRange::between)),
                Tuple.of(1, keys().map(KeyRange::fromKey)),
                Tuple.of(1, Arbitraries.just(KeyRange.all())));
    }

    public static Arbitrary<Bytes> keys() {
        return Arbitraries.of(KEYS);
    }

    private static Arbitrary<Bytes> values() {
        return Arbitraries.of(VALUES);
    }

    /** None, and three of which not all are granted at a time; one is negative, as etcd allows. */
    private static Arbitrary<Long> leaseIds() {
        return Arbitraries.frequency(Tuple.of(9, 0L), Tuple.of(3, 1L), Tuple.of(1, 2L), Tuple.of(1, -3L));
    }

    private static Arbitrary<Long> revisions() {
        return Arbitraries.longs().between(-2, 14);
    }
}

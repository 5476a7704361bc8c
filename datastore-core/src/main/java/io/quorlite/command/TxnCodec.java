package io.quorlite.command;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
import java.util.ArrayList;
import java.util.List;

/**
 * The binary form of transactions.
 *
 * <pre>
 * compare   target + 8 * relation(1 byte)  range  number(signed varint), or value for target VALUE
 * op        1 put     flags(1 byte: prev_kv 1, ignore_value 2, ignore_lease 4, has lease 8)  key  value  [lease(8 bytes)]
 *           2 delete  flags(1 byte: prev_kv 1)  range
 *           3 range   flags(1 byte: keys_only 1, count_only 2, has bounds 4, order * 8, target * 32)  range
 *                     revision  limit  [min_mod  max_mod  min_create  max_create]  (signed varints)
 *           4 nested  a transaction
 * range     0 one key   from
 *           1 up to     from  to
 *           2 no end    from
 * </pre>
 *
 * Keys and values are a length(varint) and their bytes. The numbers of enum constants are in the arrays below and stay as they
 * are when the enums change.
 */
final class TxnCodec {
    private static final int PUT = 1;
    private static final int DELETE = 2;
    private static final int RANGE = 3;
    private static final int NESTED = 4;

    private static final int PREV_KV = 1;
    private static final int IGNORE_VALUE = 2;
    private static final int IGNORE_LEASE = 4;
    private static final int HAS_LEASE = 8;

    private static final int KEYS_ONLY = 1;
    private static final int COUNT_ONLY = 2;
    private static final int HAS_BOUNDS = 4;
    private static final int ORDER_SHIFT = 3;
    private static final int TARGET_SHIFT = 5;

    private static final int ONE_KEY = 0;
    private static final int UP_TO = 1;
    private static final int NO_END = 2;

    private static final int RELATION_SHIFT = 3;

    private TxnCodec() {}

    /** @param depth how many transactions this one is inside of */
    static void writeTxn(ByteWriter out, Txn txn, int depth) {
        if (depth > Txn.DEPTH_MAX) {
            throw new IllegalArgumentException("transactions nested deeper than " + Txn.DEPTH_MAX);
        }
        out.number(txn.compares().size());
        for (Compare compare : txn.compares()) {
            writeCompare(out, compare);
        }
        writeOps(out, txn.success(), depth);
        writeOps(out, txn.failure(), depth);
    }

    private static void writeOps(ByteWriter out, List<Op> ops, int depth) {
        out.number(ops.size());
        for (Op op : ops) {
            writeOp(out, op, depth);
        }
    }

    static void writeOp(ByteWriter out, Op op, int depth) {
        if (op instanceof Op.Put put) {
            writePut(out, put);
        } else if (op instanceof Op.DeleteRange delete) {
            out.octet(DELETE);
            out.octet(delete.prevKv() ? PREV_KV : 0);
            writeKeyRange(out, delete.keys());
        } else if (op instanceof Op.Range range) {
            writeRange(out, range);
        } else if (op instanceof Op.Nested nested) {
            out.octet(NESTED);
            writeTxn(out, nested.txn(), depth + 1);
        } else {
            throw new AssertionError(op);
        }
    }

    private static void writePut(ByteWriter out, Op.Put put) {
        out.octet(PUT);
        out.octet((put.prevKv() ? PREV_KV : 0)
                | (put.ignoreValue() ? IGNORE_VALUE : 0)
                | (put.ignoreLease() ? IGNORE_LEASE : 0)
                | (put.lease() != 0 ? HAS_LEASE : 0));
        out.bytes(put.key());
        out.bytes(put.value());
        if (put.lease() != 0) {
            out.fixedLong(put.lease());
        }
    }

    private static void writeRange(ByteWriter out, Op.Range range) {
        boolean bounds = range.minModRevision() != 0
                || range.maxModRevision() != 0
                || range.minCreateRevision() != 0
                || range.maxCreateRevision() != 0;
        out.octet(RANGE);
        out.octet((range.keysOnly() ? KEYS_ONLY : 0)
                | (range.countOnly() ? COUNT_ONLY : 0)
                | (bounds ? HAS_BOUNDS : 0)
                | EnumCodes.ORDERS.codeOf(range.sortOrder()) << ORDER_SHIFT
                | EnumCodes.SORT_TARGETS.codeOf(range.sortTarget()) << TARGET_SHIFT);
        writeKeyRange(out, range.keys());
        out.signedNumber(range.revision());
        out.signedNumber(range.limit());
        if (bounds) {
            out.signedNumber(range.minModRevision());
            out.signedNumber(range.maxModRevision());
            out.signedNumber(range.minCreateRevision());
            out.signedNumber(range.maxCreateRevision());
        }
    }

    private static void writeCompare(ByteWriter out, Compare compare) {
        out.octet(EnumCodes.COMPARE_TARGETS.codeOf(compare.target())
                | EnumCodes.RELATIONS.codeOf(compare.relation()) << RELATION_SHIFT);
        writeKeyRange(out, compare.range());
        if (compare.target() == Compare.Target.VALUE) {
            out.bytes(compare.value());
        } else {
            out.signedNumber(compare.number());
        }
    }

    private static void writeKeyRange(ByteWriter out, KeyRange range) {
        Bytes to = range.to();
        if (range.single()) {
            out.octet(ONE_KEY);
            out.bytes(range.from());
        } else if (to == null) {
            out.octet(NO_END);
            out.bytes(range.from());
        } else {
            out.octet(UP_TO);
            out.bytes(range.from());
            out.bytes(to);
        }
    }

    static Txn readTxn(ByteReader in, int depth) {
        if (depth > Txn.DEPTH_MAX) {
            throw in.malformed("transactions nested deeper than " + Txn.DEPTH_MAX);
        }
        int count = in.count();
        List<Compare> compares = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            compares.add(readCompare(in));
        }
        List<Op> success = readOps(in, depth);
        return new Txn(compares, success, readOps(in, depth));
    }

    private static List<Op> readOps(ByteReader in, int depth) {
        int count = in.count();
        List<Op> ops = new ArrayList<>(Math.min(count, 16));
        for (int i = 0; i < count; i++) {
            ops.add(readOp(in, depth));
        }
        return ops;
    }

    static Op readOp(ByteReader in, int depth) {
        int kind = in.octet();
        return switch (kind) {
            case PUT -> readPut(in);
            case DELETE -> readDelete(in);
            case RANGE -> readRange(in);
            case NESTED -> new Op.Nested(readTxn(in, depth + 1));
            default -> throw in.malformed("unknown kind of operation " + kind);
        };
    }

    private static Op readPut(ByteReader in) {
        int flags = flags(in, PREV_KV | IGNORE_VALUE | IGNORE_LEASE | HAS_LEASE);
        Bytes key = in.bytes();
        Bytes value = in.bytes();
        long lease = (flags & HAS_LEASE) != 0 ? in.fixedLong() : 0;
        return new Op.Put(
                key, value, lease, (flags & PREV_KV) != 0, (flags & IGNORE_VALUE) != 0, (flags & IGNORE_LEASE) != 0);
    }

    private static Op readDelete(ByteReader in) {
        int flags = flags(in, PREV_KV);
        return new Op.DeleteRange(readKeyRange(in), (flags & PREV_KV) != 0);
    }

    private static Op readRange(ByteReader in) {
        int flags = in.octet();
        Op.SortOrder order = EnumCodes.ORDERS.constantOf(flags >> ORDER_SHIFT & 3, in);
        Op.SortTarget target = EnumCodes.SORT_TARGETS.constantOf(flags >> TARGET_SHIFT & 7, in);
        KeyRange keys = readKeyRange(in);
        long revision = in.signedNumber();
        long limit = in.signedNumber();
        boolean bounds = (flags & HAS_BOUNDS) != 0;
        return new Op.Range(
                keys,
                revision,
                limit,
                target,
                order,
                (flags & KEYS_ONLY) != 0,
                (flags & COUNT_ONLY) != 0,
                bounds ? in.signedNumber() : 0,
                bounds ? in.signedNumber() : 0,
                bounds ? in.signedNumber() : 0,
                bounds ? in.signedNumber() : 0);
    }

    private static Compare readCompare(ByteReader in) {
        int code = in.octet();
        Compare.Target target = EnumCodes.COMPARE_TARGETS.constantOf(code & 7, in);
        Compare.Relation relation = EnumCodes.RELATIONS.constantOf(code >> RELATION_SHIFT, in);
        KeyRange range = readKeyRange(in);
        return target == Compare.Target.VALUE
                ? new Compare(range, target, relation, 0, in.bytes())
                : new Compare(range, target, relation, in.signedNumber(), Bytes.EMPTY);
    }

    private static KeyRange readKeyRange(ByteReader in) {
        int kind = in.octet();
        return switch (kind) {
            case ONE_KEY -> KeyRange.single(in.bytes());
            case UP_TO -> KeyRange.between(in.bytes(), in.bytes());
            case NO_END -> KeyRange.fromKey(in.bytes());
            default -> throw in.malformed("unknown kind of range " + kind);
        };
    }

    private static int flags(ByteReader in, int known) {
        int flags = in.octet();
        if ((flags & ~known) != 0) {
            throw in.malformed("unknown flags " + flags);
        }
        return flags;
    }
}

package io.quorlite.mvcc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides whether the conditions of a transaction hold. Not thread-safe; one for each transaction. */
final class CompareEvaluator {
    private static final KeyValue ABSENT = new KeyValue(Bytes.EMPTY, Bytes.EMPTY, 0, 0, 0, 0);

    private final KeySpace keys;
    private final long at;
    private final @Nullable LeaseAttachments leases;

    /** @param leases given to the writer, whose index in memory answers for single keys; null for a reader */
    CompareEvaluator(KeySpace keys, long at, @Nullable LeaseAttachments leases) {
        this.keys = keys;
        this.at = at;
        this.leases = leases;
    }

    boolean allHold(List<Compare> compares) {
        for (Compare compare : compares) {
            if (!holds(compare)) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(Compare compare) {
        if (leases != null && compare.range().single() && compare.target() != Compare.Target.VALUE) {
            return holdsInIndex(compare, leases);
        }
        return holdsForRows(compare);
    }

    /** The common case, the guard of an optimistic write, costs no read of the database. */
    private boolean holdsInIndex(Compare compare, LeaseAttachments leases) {
        Bytes key = compare.range().from();
        KeyState state = keys.latest(key);
        if (state == null) {
            return holdsFor(compare, ABSENT);
        }
        long lease = compare.target() == Compare.Target.LEASE ? leases.leaseOf(key) : 0;
        return holdsFor(
                compare,
                new KeyValue(key, Bytes.EMPTY, state.createRevision(), state.modRevision(), state.version(), lease));
    }

    private boolean holdsForRows(Compare compare) {
        RowCheck check = new RowCheck(compare);
        keys.scan(compare.range(), at, compare.target() == Compare.Target.VALUE, check);
        if (!check.any) {
            // No value equals, or differs from, one that is not there.
            return compare.target() != Compare.Target.VALUE && holdsFor(compare, ABSENT);
        }
        return check.holds;
    }

    private static boolean holdsFor(Compare compare, KeyValue kv) {
        int order = switch (compare.target()) {
            case VERSION -> Long.compare(kv.version(), compare.number());
            case CREATE_REVISION -> Long.compare(kv.createRevision(), compare.number());
            case MOD_REVISION -> Long.compare(kv.modRevision(), compare.number());
            case LEASE -> Long.compare(kv.lease(), compare.number());
            case VALUE -> kv.value().compareTo(compare.value());
        };
        return switch (compare.relation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }

    /** Stops at the first row for which the condition does not hold. */
    private static final class RowCheck implements KeySpace.RowVisitor {
        private final Compare compare;
        private boolean any;
        private boolean holds = true;

        RowCheck(Compare compare) {
            this.compare = compare;
        }

        @Override
        public boolean row(KeyValue kv) {
            any = true;
            holds = holdsFor(compare, kv);
            return holds;
        }
    }
}

package io.quorlite.faults.history;

/**
 * One condition of a transaction, on every key of a range. Immutable.
 *
 * @param number what is compared with, where the target is a number
 * @param text what is compared with, where the target is the value
 */
public record Compare(Target target, Relation relation, KeyRange range, long number, String text) {
    /** The part of a key's version that is looked at. */
    public enum Target {
        VERSION,
        CREATE,
        MOD,
        LEASE,
        VALUE
    }

    /** How the key's part must stand to the given one. */
    public enum Relation {
        EQUAL,
        NOT_EQUAL,
        GREATER,
        LESS;

        /** Whether a comparison that gave {@code sign} satisfies this relation. */
        public boolean holds(int sign) {
            return switch (this) {
                case EQUAL -> sign == 0;
                case NOT_EQUAL -> sign != 0;
                case GREATER -> sign > 0;
                case LESS -> sign < 0;
            };
        }
    }

    public static Compare modRevision(String key, long revision) {
        return new Compare(Target.MOD, Relation.EQUAL, KeyRange.single(key), revision, "");
    }

    public static Compare value(String key, String value) {
        return new Compare(Target.VALUE, Relation.EQUAL, KeyRange.single(key), 0, value);
    }

    @Override
    public String toString() {
        return target + "(" + range + ") " + relation + " " + (target == Target.VALUE ? text : number);
    }
}

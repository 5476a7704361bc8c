package io.quorlite.mvcc;

/**
 * A condition of a transaction on every key of a range. An absent key compares as a key whose numbers are all 0; with target
 * {@link Target#VALUE} an absent key never satisfies it.
 *
 * @param number what to compare with, for the numeric targets
 * @param value what to compare with, for {@link Target#VALUE}
 */
public record Compare(KeyRange range, Target target, Relation relation, long number, Bytes value) {
    /** What of the key is compared. */
    public enum Target {
        VERSION,
        CREATE_REVISION,
        MOD_REVISION,
        VALUE,
        LEASE
    }

    /** How the key's property must stand to the given one. */
    public enum Relation {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }

    public static Compare number(Bytes key, Target target, Relation relation, long number) {
        return new Compare(KeyRange.single(key), target, relation, number, Bytes.EMPTY);
    }

    public static Compare value(Bytes key, Relation relation, Bytes value) {
        return new Compare(KeyRange.single(key), Target.VALUE, relation, 0, value);
    }

    public static Compare modRevision(Bytes key, long revision) {
        return number(key, Target.MOD_REVISION, Relation.EQUAL, revision);
    }
}

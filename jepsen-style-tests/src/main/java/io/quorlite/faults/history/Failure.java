package io.quorlite.faults.history;

/** Why a call did not succeed. Immutable. */
public record Failure(Kind kind, String message) {
    /** The refusals that a checker knows the conditions of, and the rest. */
    public enum Kind {
        /** The revision asked for has been compacted. */
        COMPACTED,
        /** The revision asked for has not been yet. */
        FUTURE_REVISION,
        LEASE_NOT_FOUND,
        LEASE_EXISTS,
        /** Refused before it could take effect, for another reason. */
        REFUSED,
        /** Deadline, broken connection: the outcome is unknown. */
        NO_ANSWER
    }
}

package io.quorlite.raft;

/**
 * What has become of an id in the group. It only ever moves down this list, so that whoever knows more is right, in whatever
 * order members hear of it. The order is part of the format.
 */
enum Standing {
    /** Somebody spoke of it: it may be in the group, be about to join, or have failed to. */
    KNOWN,

    /**
     * It has been in the group and is meant to stay. To change its vote it is taken out and put back; one that is found out of
     * the group is put back.
     */
    JOINED,

    /** Its removal has begun; once it is out of the group it is removed. */
    LEAVING,

    /** It was removed. The id never comes back. */
    REMOVED;

    Standing max(Standing other) {
        return compareTo(other) >= 0 ? this : other;
    }

    static Standing of(int ordinal) {
        if (ordinal < 0 || ordinal >= values().length) {
            throw new IllegalArgumentException("not a standing: " + ordinal);
        }
        return values()[ordinal];
    }
}

package io.quorlite.raft.transport;

/** Whom a member lets connect, beside what the hello and the certificate say. Thread-safe; must not block. */
@FunctionalInterface
public interface Admission {
    /** Everybody who knows the cluster's id. */
    Admission ALL = memberId -> false;

    /**
     * Whether the member was removed from the group, for good. False for one that is not known here: it may be about to join.
     */
    boolean removed(long memberId);
}

package io.quorlite.faults.checkers.suite;

import java.util.Locale;

/** What the processes of a run do. */
public enum Workload {
    /** Reads, writes and compare-and-sets by value of single keys under {@link CheckerSuite#REGISTERS}. */
    REGISTER,
    /** Unique elements added to sets, which are read whole. */
    SET,
    /** Transactions over lists. */
    APPEND,
    /** Transfers between accounts. */
    BANK,
    /** Optimistic updates by modification revision, and lists in pages at one revision. */
    KUBERNETES,
    /** Watches from the past, now and the future, with compactions under way. */
    WATCH,
    /** Leases granted, renewed, revoked and left to end. */
    LEASE,
    /** Locks that hang on leases. */
    LOCK,
    /** As {@link #REGISTER}, while members go and come. */
    MEMBERSHIP;

    /** The workload's name on a command line. */
    public String argument() {
        return name().toLowerCase(Locale.ROOT);
    }
}

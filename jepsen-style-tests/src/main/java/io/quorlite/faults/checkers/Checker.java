package io.quorlite.faults.checkers;

import io.quorlite.faults.history.History;

/** Decides from a history alone whether the store kept one of its promises. Implementations keep no state between calls. */
public interface Checker {
    /** A short name for tables: {@code revisions}, {@code watch-rules}. */
    String name();

    Verdict check(History history);
}

package io.quorlite.raft;

import io.quorlite.sofajraft.Closure;

/** A closure that wants to know at which index its entry was applied; its {@code run} is then for failures only. */
interface AppliedClosure extends Closure {
    /** The entry was applied here at {@code index}. On the apply thread. */
    void applied(long index);
}

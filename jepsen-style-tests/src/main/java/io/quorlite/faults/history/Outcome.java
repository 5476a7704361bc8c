package io.quorlite.faults.history;

/** How a call ended. */
public enum Outcome {
    /** It took effect, and the answer is known. */
    OK,
    /** It certainly took no effect. */
    FAIL,
    /** Nobody knows: it may have taken effect, may yet take it, or never will. */
    INFO
}

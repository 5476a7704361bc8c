package io.quorlite.datastore;

/** How fresh a read must be. */
public enum ReadLevel {
    /** Sees every write acknowledged before the read began, anywhere. Needs a leader and a majority. */
    LINEARIZABLE,
    /** What this member has applied, which may be old. Needs nobody. */
    SERIALIZABLE
}

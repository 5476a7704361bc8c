package io.quorlite.replication;

/**
 * A consistent copy of the database.
 *
 * @param appliedIndex the last entry it contains
 * @param bytes its length
 */
public record DatabaseCopy(long appliedIndex, long appliedTerm, long bytes) {}

package io.quorlite.sqlite;

/**
 * A consistent copy of a database, by its own numbers.
 *
 * @param position what it contains
 * @param bytes the file's length
 */
public record CopiedDatabase(StorePosition position, long bytes) {}

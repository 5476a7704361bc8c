package io.quorlite.sqlite;

/**
 * The database's size.
 *
 * @param totalBytes all pages, free ones included; not the WAL, which is bounded and starts over
 * @param inUseBytes without the free pages, which are used again before the file grows
 */
public record DatabaseSize(long totalBytes, long inUseBytes) {}

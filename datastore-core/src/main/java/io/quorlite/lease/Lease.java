package io.quorlite.lease;

/**
 * A granted lease, as every replica knows it.
 *
 * @param ttlSeconds as granted, after the minimum was applied
 * @param remainingSeconds as last checkpointed by a leader; 0 where never, which means the whole {@code ttlSeconds}
 */
public record Lease(long id, long ttlSeconds, long remainingSeconds) {}

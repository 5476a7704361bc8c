package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import java.util.List;

/**
 * A lease as the leader knows it.
 *
 * @param remainingSeconds -1 where there is no such lease
 * @param keys the attached keys in order, where they were asked for
 */
public record LeaseStatus(long id, long grantedTtlSeconds, long remainingSeconds, List<Bytes> keys) {}

package io.quorlite.system;

import io.quorlite.mvcc.Bytes;

/**
 * A record of the cluster's own: replicated like keys, but with no revisions, watches or leases, and never shown to etcd
 * clients.
 *
 * @param name a path such as {@code token/3f2a}; ASCII, at most {@link SystemTxn#NAME_LENGTH_MAX} characters
 * @param version how often this name was written, from 1; it starts at 1 again after a deletion
 */
public record SystemRecord(String name, Bytes value, long version) {}

package io.quorlite.mvcc;

import java.util.List;

/**
 * What a transaction did.
 *
 * @param revision the store's main revision after it, unchanged where nothing was written; 0 for a transaction inside a
 *     transaction, whose header etcd leaves empty
 * @param succeeded which branch was taken
 */
public record TxnResult(long revision, boolean succeeded, List<OpResult> results) {}

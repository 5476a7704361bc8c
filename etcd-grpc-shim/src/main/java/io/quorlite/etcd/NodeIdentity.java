package io.quorlite.etcd;

import java.util.function.LongSupplier;

/**
 * What every response header says of the member that answers. Thread-safe.
 *
 * @param raftTerm the term the member knows of at the moment
 */
record NodeIdentity(long clusterId, long memberId, LongSupplier raftTerm) {
    long term() {
        return raftTerm.getAsLong();
    }
}

package io.quorlite.etcd;

import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.ReadLevel;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.replication.ReplicationStatus;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers the probes' questions from the store. Thread-safe. */
record StoreProbes(Datastore store) implements ProbeSource {
    private static final Op.Range ANY_READ = Op.Range.of(KeyRange.single(Bytes.utf8("health")), 0, 1);

    @Override
    public List<String> alarms() {
        return store.status().alarms();
    }

    @Override
    public boolean hasLeader() {
        return store.status().replication().leaderId() != 0;
    }

    @Override
    public boolean isLearner() {
        return store.status().replication().role() == ReplicationStatus.Role.LEARNER;
    }

    @Override
    public CompletableFuture<?> read(ReadLevel level) {
        return store.range(ANY_READ, level);
    }
}

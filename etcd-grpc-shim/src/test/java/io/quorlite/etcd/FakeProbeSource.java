package io.quorlite.etcd;

import io.quorlite.datastore.DatastoreException;
import io.quorlite.datastore.ReadLevel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A member whose state the test sets. */
final class FakeProbeSource implements ProbeSource {
    volatile List<String> alarms = List.of();
    volatile boolean leader = true;
    volatile boolean learner;
    volatile @Nullable DatastoreException linearizableFailure;

    @Override
    public List<String> alarms() {
        return alarms;
    }

    @Override
    public boolean hasLeader() {
        return leader;
    }

    @Override
    public boolean isLearner() {
        return learner;
    }

    @Override
    public CompletableFuture<?> read(ReadLevel level) {
        DatastoreException failure = linearizableFailure;
        return level == ReadLevel.LINEARIZABLE && failure != null
                ? CompletableFuture.failedFuture(failure)
                : CompletableFuture.completedFuture(null);
    }
}

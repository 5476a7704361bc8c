package io.quorlite.etcd;

import io.quorlite.datastore.ReadLevel;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the health probes ask of a member. */
interface ProbeSource {
    /** The alarms raised, each beginning with its etcd name where etcd has it. */
    List<String> alarms();

    boolean hasLeader();

    boolean isLearner();

    /** Whether a read succeeds; the future fails with the reason if not. */
    CompletableFuture<?> read(ReadLevel level);
}

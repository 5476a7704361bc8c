package io.quorlite.agent.node;

import io.quorlite.agent.admin.NodeRecord;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.mvcc.Bytes;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the cluster what this node is like, until it knows: its admin address, its version, its failure domain. On a thread of its own. */
final class Registration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final long PAUSE_MILLIS = 200;
    private static final long CALL_SECONDS = 5;

    private final Datastore store;
    private final NodeRecord nodeRecord;
    private final @Nullable String failureDomain;
    private final Thread thread = new Thread(this::run, "registration");

    private Registration(Datastore store, NodeRecord nodeRecord, @Nullable String failureDomain) {
        this.store = store;
        this.nodeRecord = nodeRecord;
        this.failureDomain = failureDomain;
    }

    /** @param failureDomain null for none given, which leaves what the cluster knows */
    static Registration start(Datastore store, NodeRecord nodeRecord, @Nullable String failureDomain) {
        Registration registration = new Registration(store, nodeRecord, failureDomain);
        registration.thread.setDaemon(true);
        registration.thread.start();
        return registration;
    }

    private void run() {
        try {
            while (!isKnown()) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the cluster has it now; false where it is to be tried again. */
    private boolean isKnown() throws InterruptedException {
        SystemRecords records = store.system();
        long id = store.status().replication().memberId();
        boolean member = store.members().stream().anyMatch(one -> one.id() == id);
        if (!member) {
            return store.terminated().isDone(); // not let in yet: nobody must know of it
        }
        try {
            records.sync().get(CALL_SECONDS, TimeUnit.SECONDS);
            return committed(records, NodeRecord.recordName(id), nodeRecord.encode())
                    && committed(records, MemberAttributes.recordName(id), attributes(records, id));
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("not registered yet", e);
            return store.terminated().isDone();
        }
    }

    private @Nullable Bytes attributes(SystemRecords records, long id) {
        MemberAttributes known = records.get(MemberAttributes.recordName(id))
                .map(SystemRecord::value)
                .map(MemberAttributes::decode)
                .orElse(MemberAttributes.NONE);
        if (failureDomain == null || known.failureDomain().equals(failureDomain)) {
            return null;
        }
        return new MemberAttributes(
                        failureDomain,
                        known.weight(),
                        known.label(),
                        known.wish(),
                        known.joining(),
                        known.draining(),
                        known.stopping())
                .encode();
    }

    /** Writes {@code value} unless it stands there; another writer in between means: look again. */
    private static boolean committed(SystemRecords records, String name, @Nullable Bytes value)
            throws ExecutionException, TimeoutException, InterruptedException {
        Optional<SystemRecord> known = records.get(name);
        if (value == null || known.isPresent() && known.get().value().equals(value)) {
            return true;
        }
        SystemTxn.Condition asKnown =
                new SystemTxn.Condition(name, known.map(SystemRecord::version).orElse(0L));
        SystemTxn txn = new SystemTxn(java.util.List.of(asKnown), java.util.List.of(new SystemTxn.Change(name, value)));
        return records.commit(txn).get(CALL_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

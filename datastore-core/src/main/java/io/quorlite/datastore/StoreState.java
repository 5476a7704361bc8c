package io.quorlite.datastore;

import io.quorlite.lease.LeaseTable;
import io.quorlite.sqlite.CopiedDatabase;
import io.quorlite.sqlite.DatabaseSize;
import io.quorlite.sqlite.Store;
import io.quorlite.sqlite.StorePosition;
import io.quorlite.statemachine.KvStateMachine;
import io.quorlite.system.SystemTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The database and the state machine over it, which an installed copy replaces by others. Two locks keep order:
 *
 * <ul>
 *   <li>{@code writing} is held by whoever writes: the apply thread for a batch, maintenance for a slice of compaction. So
 *       there is one writer at any time.
 *   <li>{@code swapping} is shared by all who use the database, and exclusive while it is replaced or closed: who reads then
 *       waits, and finds the new one. It is taken after {@code writing}.
 * </ul>
 *
 * <p>Thread-safe.
 */
final class StoreState implements AutoCloseable {
    /** The database with what was built from it; they come and go together. */
    private record Opened(Store store, KvStateMachine machine) {}

    /** Writes to the database; the batch must be committed, or the node stops. */
    interface Batch {
        void write(Store store, KvStateMachine machine);
    }

    private final Store.Factory stores;
    private final Path file;
    private final long clusterId;
    private final int readConnections;
    private final Consumer<Throwable> fatal;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantReadWriteLock swapping = new ReentrantReadWriteLock();
    private volatile Opened opened;
    private volatile boolean closed; // written under swapping
    private volatile boolean failed;

    /**
     * Opens the database in {@code directory}.
     *
     * @param fatal hears of failures on threads of the database's own
     */
    StoreState(Store.Factory stores, Path directory, long clusterId, int readConnections, Consumer<Throwable> fatal)
            throws IOException {
        this.stores = stores;
        this.file = file(directory);
        this.clusterId = clusterId;
        this.readConnections = readConnections;
        this.fatal = fatal;
        this.opened = openStore();
    }

    /** Where the database in {@code directory} is. */
    static Path file(Path directory) {
        return directory.resolve("quorlite.db");
    }

    /** Uses the database as it is; many at a time. Waits while another is put in its place. */
    <T> T use(Function<Store, T> use) {
        swapping.readLock().lock();
        try {
            requireOpen();
            return use.apply(opened.store);
        } finally {
            swapping.readLock().unlock();
        }
    }

    /** The same without waiting: null where another database is just put in this one's place, or {@code use} has none. */
    <T> @Nullable T useAtOnce(Function<Store, @Nullable T> use) {
        if (!swapping.readLock().tryLock()) {
            return null;
        }
        try {
            requireOpen();
            return use.apply(opened.store);
        } finally {
            swapping.readLock().unlock();
        }
    }

    /** Writes; one at a time. Anything thrown leaves a batch open, in which nobody can write any more. */
    void write(Batch batch) {
        writing.lock();
        try {
            requireOpen();
            batch.write(opened.store, opened.machine);
            opened.machine.records().publish();
        } finally {
            writing.unlock();
        }
    }

    /** Waits until what was committed when this was called is visible to readers, too. */
    void awaitVisible() {
        writing.lock();
        writing.unlock();
    }

    /** Puts {@code copy} in the place of the database, which ends for good. */
    void install(Path copy) throws IOException {
        writing.lock();
        swapping.writeLock().lock();
        try {
            requireOpen();
            opened.store.abandon();
            closed = true; // until the new one is open: if that fails there is none
            stores.install(copy, file);
            opened = openStore();
            closed = false;
        } finally {
            swapping.writeLock().unlock();
            writing.unlock();
        }
    }

    /** Makes what is applied durable; returns the index up to which it is. */
    long persist() throws IOException {
        swapping.readLock().lock();
        try {
            requireOpen();
            return opened.store.persist();
        } finally {
            swapping.readLock().unlock();
        }
    }

    CopiedDatabase copyTo(Path target) throws IOException {
        swapping.readLock().lock();
        try {
            requireOpen();
            return opened.store.copyTo(target);
        } finally {
            swapping.readLock().unlock();
        }
    }

    /** What is visible. */
    StorePosition position() {
        return opened.store.position();
    }

    long revision() {
        return position().revision();
    }

    DatabaseSize size() {
        return opened.store.size();
    }

    LeaseTable leases() {
        return opened.machine.leases();
    }

    SystemTable records() {
        return opened.machine.records();
    }

    /** Nothing is written from now on, not even at closing. */
    void fail() {
        failed = true;
    }

    @Override
    public void close() {
        writing.lock();
        swapping.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (failed) {
                opened.store.abandon();
            } else {
                opened.store.close();
            }
        } finally {
            swapping.writeLock().unlock();
            writing.unlock();
        }
    }

    private void requireOpen() {
        if (closed || failed) {
            throw Refusals.stopped();
        }
    }

    private Opened openStore() throws IOException {
        Store store = stores.open(file, readConnections, fatal);
        try {
            requireCluster(store);
            return new Opened(store, machineOver(store));
        } catch (IOException | RuntimeException e) {
            store.abandon();
            throw e;
        }
    }

    private void requireCluster(Store store) throws IOException {
        StorePosition position = store.position();
        if (position.clusterId() == 0) {
            store.begin();
            store.clusterId(clusterId);
            store.commit(position.appliedIndex(), position.appliedTerm(), position.stateHash());
        } else if (position.clusterId() != clusterId) {
            throw new IOException("the database " + file + " belongs to cluster "
                    + MemberIdentity.hex(position.clusterId()) + ", this member to " + MemberIdentity.hex(clusterId));
        }
    }

    private static KvStateMachine machineOver(Store store) {
        LeaseTable leases = new LeaseTable();
        store.restoreLeases(leases::grant, (key, lease) -> leases.attach(lease, key));
        return KvStateMachine.over(
                store.keySpace(),
                store,
                store,
                leases,
                SystemTable.of(store.takeRecords()),
                store.position().stateHash());
    }
}

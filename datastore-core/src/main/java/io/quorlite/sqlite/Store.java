package io.quorlite.sqlite;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.statemachine.LeaseStore;
import io.quorlite.statemachine.SystemStore;
import io.quorlite.system.SystemRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a member keeps its state in: {@link SqliteStore}, or in a simulation a store in memory that crashes on demand.
 *
 * <p>One thread writes, the apply thread: {@link #begin}, changes through {@link #keySpace}, the lease and the record methods, {@link
 * #commit}; between batches {@link #compactSlice}. Any thread reads: {@link #read}, {@link #history}, {@link #hash}, {@link
 * #copyTo}, {@link #persist}. Readers see a batch after its commit, whole.
 *
 * <p>An exception other than an {@link MvccException} from any method means that the node must stop: {@link #abandon} the store
 * then, do not close it.
 */
public interface Store extends LeaseStore, SystemStore, AutoCloseable {
    /** Opens stores, and puts copies in the place of those that nobody has open. */
    interface Factory {
        /**
         * Opens the store, which is made where it is missing.
         *
         * @param file the database file; its directory exists and the process has it for itself
         * @param readConnections how many reads go on at the same time; more wait
         * @param fatal hears of an error on a thread of the store's own, after which the node must stop
         */
        Store open(Path file, int readConnections, Consumer<Throwable> fatal) throws IOException;

        /** Verifies {@code copy} and moves it into the place of {@code file}, durably; a crash leaves the one or the other. */
        void install(Path copy, Path file) throws IOException;
    }

    /**
     * Hands over what was loaded: every lease, by id, then every key that hangs on one, in key order, with that lease's id.
     * Once, before the first batch.
     */
    void restoreLeases(Consumer<Lease> granted, BiConsumer<Bytes, Long> attached);

    /** Hands over the system records that were loaded, by name. Once, before the first batch. */
    List<SystemRecord> takeRecords();

    /** Begins a batch. */
    void begin();

    /** The key space for the apply thread; its changes belong to the batch that is open. */
    KeySpace keySpace();

    /** Sets the cluster's id with the batch that is open. */
    void clusterId(long id);

    /**
     * The version of {@code key} alive before main revision {@code main} of the open or the last batch, null where there is none.
     * For the events of that batch it is found even where a compaction in it passed them.
     */
    @Nullable KeyValue previous(Bytes key, long main);

    /** Commits the batch as one transaction with the log position it brings the store to, and makes it visible. */
    default void commit(long appliedIndex, long appliedTerm, long stateHash) {
        commit(appliedIndex, appliedTerm, stateHash, () -> {});
    }

    /**
     * Commits the batch.
     *
     * @param beforeVisible runs when the batch is committed and not yet visible: there its events are queued for watchers
     */
    void commit(long appliedIndex, long appliedTerm, long stateHash, Runnable beforeVisible);

    /** Whether a compaction has rows left to remove, or pages to give back. */
    boolean isCompactionPending();

    /**
     * Removes some of what compactions superseded, in a transaction of its own, between batches.
     *
     * @param rowsMax how many rows at most
     * @return whether nothing is left to do
     */
    boolean compactSlice(int rowsMax);

    /** What is committed and visible. */
    StorePosition position();

    /**
     * Reads from one consistent view of the key space, whose {@link KeySpace#currentRevision()} is fixed. {@code evaluation} may
     * run more than once and must have no effects; {@link KeySpace#LATEST} means the view's revision in it.
     *
     * @throws MvccException {@link MvccException.Kind#COMPACTED} where it read at an older revision that a compaction passed
     */
    <T> T read(Function<KeySpace, T> evaluation);

    /** The same if all it reads is in memory, without ever waiting; else null. {@code evaluation} may be given up halfway. */
    default <T> @Nullable T readInMemory(Function<KeySpace, T> evaluation) {
        return null;
    }

    /** Takes the newest versions of {@code keys} into memory, as far as there is room, for reads that come next. May wait for the disk. */
    default void prefetch(List<Bytes> keys) {}

    /**
     * Reads the history: main revisions from {@code from} to {@code to}, or to the newest where that is smaller, whole and in
     * order, until enough was found or looked at; one revision at least.
     *
     * @param wanted of which keys events are wanted
     * @param prevKv whether events carry the version before
     * @param revisionsMax from how many main revisions events are taken
     * @param bytesMax how many bytes of keys and values; the revision that reaches it is taken whole
     * @throws MvccException {@link MvccException.Kind#COMPACTED} if {@code from} is below the compacted revision, before or after
     */
    HistoryBatch history(long from, long to, Predicate<Bytes> wanted, boolean prevKv, int revisionsMax, long bytesMax);

    /** Hashes the history up to {@code revision}, 0 for the newest, verifying all of it. Takes time with the database's size. */
    HistoryHash hash(long revision);

    /** The size as of the last commit. */
    DatabaseSize size();

    /**
     * Makes what is visible durable.
     *
     * @return the applied index that survives the loss of power
     */
    long persist() throws IOException;

    /** Writes a consistent, synced copy to {@code target}, which does not exist, while writes go on. */
    CopiedDatabase copyTo(Path target) throws IOException;

    /** Closes after the last batch and the last read. */
    @Override
    void close();

    /** Lets go of the store after an error, or where it will be replaced: rolls back, and writes nothing more. */
    void abandon();
}

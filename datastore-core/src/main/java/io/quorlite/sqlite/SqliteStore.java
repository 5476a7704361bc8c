package io.quorlite.sqlite;

import io.quorlite.lease.Lease;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.system.SystemRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConnection;

/**
 * The durable store: values and metadata in SQLite, the key index in the heap.
 *
 * <p>One thread writes, the apply thread: {@link #begin}, changes through {@link #keySpace}, the lease and the record methods, {@link
 * #commit}; between batches {@link #compactSlice}. Any thread reads: {@link #read}, {@link #history}, {@link #hash}, {@link
 * #copyTo}, {@link #persist}. Readers see a batch after its commit, whole.
 *
 * <p>A {@link StorageException}, or its subtype {@link CorruptDatabaseException}, from any method means that the node must stop:
 * {@link #abandon} the store then, do not close it.
 */
public final class SqliteStore implements Store {
    /** Opens databases of SQLite. */
    public static final Factory FACTORY = new Factory() {
        @Override
        public Store open(Path file, int readConnections, Consumer<Throwable> fatal) throws IOException {
            return SqliteStore.open(file, readConnections, fatal);
        }

        @Override
        public void install(Path copy, Path file) throws IOException {
            SqliteStore.install(copy, file);
        }
    };

    private static final Logger log = LoggerFactory.getLogger(SqliteStore.class);

    /** A batch writes its part of the meta page and the table's right edge again, however little is in it. */
    private static final long BATCH_BYTES = 2L * Schema.PAGE_BYTES;

    /** Of rows kept in memory: what a control plane works on at the moment, and a small share of any heap. */
    private static final long HOT_BYTES =
            Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 16);

    private final SqliteDatabase database;
    private final KeyIndex index;
    private final HotRows hot;
    private final Writer writer;
    private final SqliteKeySpace keySpace;
    private final SqliteLeases leases;
    private final SqliteRecords records;
    private final Compaction compaction;
    private final Checkpointer checkpointer;

    // Handed out once, then let go.
    private List<Lease> loadedLeases;
    private SortedMap<Bytes, Long> loadedAttachments;
    private List<SystemRecord> loadedRecords;

    /** What readers may see. Set after COMMIT only: a reader must never see what a crash could take back. */
    private volatile StorePosition published;

    private SqliteStore(SqliteDatabase database, HotRows hot, Consumer<Throwable> fatal) throws SQLException {
        this.database = database;
        this.hot = hot;
        Meta meta = MetaTable.read(database.writer());
        RecordSum sum = new RecordSum();
        IndexLoader loader = new IndexLoader(meta);
        this.index = loader.load(new RowReader(database.writer()), sum);
        this.loadedAttachments = loader.attachments();
        this.loadedLeases = SqliteLeases.load(database.writer(), sum);
        this.loadedRecords = SqliteRecords.load(database.writer(), sum);
        sum.verify(meta);
        this.published = StorePosition.of(meta);
        this.writer = new Writer(database.writer(), meta);
        this.keySpace = new SqliteKeySpace(writer, index, hot);
        this.leases = new SqliteLeases(writer);
        this.records = new SqliteRecords(writer);
        this.compaction = new Compaction(writer, index);
        this.checkpointer = new Checkpointer(database, () -> published.appliedIndex(), fatal);
        log.info(
                "opened database revision={} compactRevision={} appliedIndex={} appliedTerm={} records={}",
                meta.revision(),
                meta.compactRevision(),
                meta.appliedIndex(),
                meta.appliedTerm(),
                sum.records());
    }

    /**
     * Opens the database, which is made where it is missing, and rebuilds the index from it.
     *
     * @param file the database file; its directory exists and the process has it for itself
     * @param readConnections how many reads go on at the same time; more wait
     * @param fatal hears of an error on the checkpoint thread, after which the node must stop
     * @throws CorruptDatabaseException if anything read is damaged
     */
    public static SqliteStore open(Path file, int readConnections, Consumer<Throwable> fatal) throws IOException {
        return open(file, readConnections, HOT_BYTES, fatal);
    }

    /** @param hotBytes how many bytes of rows are kept in memory */
    static SqliteStore open(Path file, int readConnections, long hotBytes, Consumer<Throwable> fatal)
            throws IOException {
        SqliteDatabase database = SqliteDatabase.open(file, readConnections);
        try {
            return new SqliteStore(database, new HotRows(hotBytes), fatal);
        } catch (SQLException e) {
            database.abandon();
            throw StorageException.of("loading " + file, e);
        } catch (RuntimeException e) {
            database.abandon();
            throw e;
        }
    }

    /**
     * Hands over what was loaded: every lease, by id, then every key that hangs on one, in key order, with that lease's id.
     * Once, before the first batch.
     */
    @Override
    public void restoreLeases(Consumer<Lease> granted, BiConsumer<Bytes, Long> attached) {
        loadedLeases.forEach(granted);
        loadedAttachments.forEach(attached);
        loadedLeases = List.of();
        loadedAttachments = new TreeMap<>();
    }

    /** Hands over the system records that were loaded, by name. Once, before the first batch. */
    @Override
    public List<SystemRecord> takeRecords() {
        List<SystemRecord> loaded = loadedRecords;
        loadedRecords = List.of();
        return loaded;
    }

    // ---- the apply thread

    /** Begins a batch. */
    @Override
    public void begin() {
        writer.begin();
    }

    /** The key space for the apply thread; its changes belong to the batch that is open. */
    @Override
    public KeySpace keySpace() {
        return keySpace;
    }

    /** Saves a lease, new or changed, with the batch that is open. */
    @Override
    public void saveLease(Lease lease) {
        leases.save(lease);
    }

    /** Deletes a lease, if it is there, with the batch that is open. */
    @Override
    public void deleteLease(long id) {
        leases.delete(id);
    }

    /** Saves a system record, new or changed, with the batch that is open. */
    @Override
    public void saveRecord(SystemRecord record) {
        records.save(record);
    }

    /** Deletes a system record, if it is there, with the batch that is open. */
    @Override
    public void deleteRecord(String name) {
        records.delete(name);
    }

    /** Sets the cluster's id with the batch that is open. */
    @Override
    public void clusterId(long id) {
        writer.requireOpen();
        writer.clusterId(id);
    }

    /**
     * The version of {@code key} alive before main revision {@code main} of the open or the last batch, null where there is none.
     * For the events of that batch it is found even where a compaction in it passed them.
     */
    @Override
    public @Nullable KeyValue previous(Bytes key, long main) {
        return keySpace.previous(key, main);
    }

    /**
     * Commits the batch.
     *
     * @param beforeVisible runs when the batch is committed and not yet visible: there its events are queued for watchers
     */
    @Override
    public void commit(long appliedIndex, long appliedTerm, long stateHash, Runnable beforeVisible) {
        long entries = appliedIndex - published.appliedIndex();
        writer.applied(appliedIndex, appliedTerm, stateHash);
        writer.commit();
        beforeVisible.run();
        published = StorePosition.of(writer.meta());
        checkpointer.batchCommitted(entries, keySpace.takeWrittenBytes() + BATCH_BYTES);
    }

    /** Whether a compaction has rows left to remove, or pages to give back. */
    @Override
    public boolean isCompactionPending() {
        return compaction.isPending();
    }

    /**
     * Removes some of what compactions superseded, in a transaction of its own, between batches.
     *
     * @param rowsMax how many rows at most
     * @return whether nothing is left to do
     */
    @Override
    public boolean compactSlice(int rowsMax) {
        boolean done = compaction.slice(rowsMax);
        checkpointer.batchCommitted(rowsMax, (long) rowsMax * Schema.PAGE_BYTES / 4);
        return done;
    }

    // ---- any thread

    /** What is committed and visible. */
    @Override
    public StorePosition position() {
        return published;
    }

    /**
     * Reads from one consistent view of the key space, whose {@link KeySpace#currentRevision()} is fixed. {@code evaluation} may
     * run more than once and must have no effects; {@link KeySpace#LATEST} means the view's revision in it.
     *
     * @throws MvccException {@link MvccException.Kind#COMPACTED} where it read at an older revision that a compaction passed
     */
    @Override
    public <T> T read(Function<KeySpace, T> evaluation) {
        while (true) {
            StorePosition position = published; // first of all; see ReadView
            try {
                return database.readers()
                        .read(rows -> evaluation.apply(new ReadView(position, () -> published, index, hot, rows)));
            } catch (ReadView.OvertakenException e) {
                // Only a compaction at a newer revision brings us here, so this ends.
            }
        }
    }

    @Override
    public void prefetch(List<Bytes> keys) {
        long revision = published.revision(); // first: rows of batches to come are not there to be read yet
        database.readers().read(rows -> {
            new KeyReads(index, hot, rows, compacted -> {}).prefetch(keys, revision);
            return true;
        });
    }

    @Override
    public <T> @Nullable T readInMemory(Function<KeySpace, T> evaluation) {
        StorePosition position = published;
        try {
            return evaluation.apply(new ReadView(position, () -> published, index, hot, null));
        } catch (KeyReads.NotInMemoryException | ReadView.OvertakenException e) {
            return null;
        }
    }

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
    @Override
    public HistoryBatch history(
            long from, long to, Predicate<Bytes> wanted, boolean prevKv, int revisionsMax, long bytesMax) {
        StorePosition position = published;
        if (from < position.compactRevision()) {
            throw compacted(from, position);
        }
        long last = Math.min(to, position.revision());
        return database.readers()
                .read(rows -> new HistoryReader(index, rows, () -> published, wanted, prevKv, revisionsMax, bytesMax)
                        .read(from, last));
    }

    /**
     * The version of {@code key} alive at main revision {@code main - 1}, as a reader finds it: null where there is none, or where
     * that revision is below the compacted one.
     */
    public @Nullable KeyValue before(Bytes key, long main) {
        if (main - 1 < published.compactRevision()) {
            return null;
        }
        try {
            return read(view -> Optional.ofNullable(view.get(key, main - 1))).orElse(null);
        } catch (MvccException compactedMeanwhile) {
            return null;
        }
    }

    /** Hashes the history up to {@code revision}, 0 for the newest, verifying all of it. Takes time with the database's size. */
    @Override
    public HistoryHash hash(long revision) {
        try (ReadConnection connection = new ReadConnection(database.openReader())) {
            while (true) {
                StorePosition position = published;
                long upTo = revision == 0 ? position.revision() : revision;
                requireReadable(upTo, position);
                int hash = new HistoryHasher(index, position.compactRevision()).hash(connection.rows(), upTo);
                connection.end();
                if (published.compactRevision() == position.compactRevision()) {
                    return new HistoryHash(hash, upTo, position.compactRevision(), position.revision());
                }
            }
        } catch (SQLException e) {
            throw StorageException.of("hashing the history", e);
        }
    }

    private static void requireReadable(long revision, StorePosition position) {
        if (revision > position.revision()) {
            throw new MvccException(
                    MvccException.Kind.FUTURE_REVISION,
                    "revision " + revision + " has not been reached, the newest is " + position.revision());
        }
        if (revision < position.compactRevision()) {
            throw compacted(revision, position);
        }
    }

    private static MvccException compacted(long revision, StorePosition position) {
        return new MvccException(
                MvccException.Kind.COMPACTED,
                "revision " + revision + " is below the compacted revision " + position.compactRevision());
    }

    /** The size as of the last commit. */
    @Override
    public DatabaseSize size() {
        return writer.size();
    }

    /**
     * Makes what is visible durable.
     *
     * @return the applied index that survives the loss of power
     */
    @Override
    public long persist() throws IOException {
        return checkpointer.persist();
    }

    /** Writes a consistent, synced copy to {@code target}, which does not exist, while writes go on. */
    @Override
    public CopiedDatabase copyTo(Path target) throws IOException {
        try (SQLiteConnection source = database.openReader()) {
            return DatabaseCopies.copy(source, target);
        } catch (SQLException e) {
            throw StorageException.of("closing the copy's connection", e);
        }
    }

    // ---- files nobody has open

    /**
     * Verifies a database copy that nobody has open: every record, that none is missing, and the file's structure.
     *
     * @throws CorruptDatabaseException if it is not sound
     */
    public static CopiedDatabase verify(Path copy) throws IOException {
        return DatabaseCopies.verify(copy);
    }

    /**
     * Verifies {@code copy} and moves it into the place of {@code file}, which must be closed or abandoned; a crash leaves the
     * old database or the new one. Both are on the same file system. On return it is in place durably, to be opened.
     */
    public static CopiedDatabase install(Path copy, Path file) throws IOException {
        CopiedDatabase verified = DatabaseCopies.verify(copy);
        DatabaseFiles.replace(copy.toAbsolutePath(), file.toAbsolutePath());
        return verified;
    }

    /** Closes after the last batch and the last read. */
    @Override
    public void close() {
        checkpointer.close();
        database.close();
    }

    /**
     * Lets go of the database after an error, or where it will be replaced: rolls back, and writes nothing more. Closing
     * would move the WAL into the file, on storage that has just failed.
     */
    @Override
    public void abandon() {
        checkpointer.close();
        database.abandon();
    }
}

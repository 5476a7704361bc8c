package io.quorlite.sqlite;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.sqlite.SQLiteConnection;

/**
 * Moves the WAL into the database file, on a thread and a connection of its own, and makes both durable on demand.
 *
 * <p>Little at a time: the Raft log's sync, which every write waits for, waits in the disk's queue behind whatever is synced here, and so do
 * all who wait for it. Therefore the WAL, most of what a checkpoint would sync, is synced while it grows, unless writes come one by one.
 *
 * <p>A passive checkpoint waits for nobody. As long as it keeps up, SQLite starts the WAL over by itself; under a steady load
 * there are always newer frames, and the WAL grows until the writer, between two batches, finishes a checkpoint with nobody
 * writing. It does so just after a passive one, when little is left to do. It starts over, without giving the file's blocks back,
 * for they would have to be allocated again.
 *
 * <p>Thread-safe; {@link #batchCommitted} is the writer's.
 */
final class Checkpointer implements AutoCloseable {
    /** So many bytes written have the WAL synced. */
    private static final long WAL_SYNC_BYTES = 256 << 10;

    /** So many bytes written bring about a passive checkpoint. */
    private static final long PASSIVE_BYTES = 1L << 20;

    /**
     * The same where batches are of one write or two. Then one write waits for a checkpoint's sync, however many checkpoints there are, so
     * fewer of them, each longer, keep more writes out of its way; with many in flight all of them wait, and short is better.
     */
    private static final long PASSIVE_BYTES_OF_SMALL_BATCHES = 8L << 20;

    private static final long SMALL_BATCH_BYTES = 12 << 10;

    /**
     * Where nearly every batch is one entry, the WAL is synced by checkpoints alone: a writer that waits for each of its writes would meet
     * one of many small syncs with every twentieth, and meets a long one with fewer than every five hundredth.
     */
    private static final double LONE_BATCH_ENTRIES = 1.25;

    /** From this size on the WAL is started over after a passive checkpoint, if no reader is in the way. */
    static final long WAL_BYTES_MAX = 32L << 20;

    /** From this size on the writer waits for a checkpoint and for readers. */
    private static final long WAL_BYTES_LIMIT = WAL_BYTES_MAX * 3 / 2;

    /** The writer waits that long, at most, for reads that began before; a longer one has it try again after a while. */
    private static final int RESTART_WAIT_MILLIS = 2;

    private static final int RESTART_WAIT_MILLIS_AT_LIMIT = 50;
    private static final long RETRY_BYTES = WAL_BYTES_MAX / 4;

    /** Of a page in the WAL, with its header. */
    private static final long FRAME_BYTES = Schema.PAGE_BYTES + 24;

    private final SqliteDatabase database;
    private final LongSupplier appliedIndex;
    private final Consumer<Throwable> fatal;
    private final Connection connection;
    private final PreparedStatement passive;
    private final Thread thread;

    /** Held during a checkpoint: of two at a time SQLite would refuse one. */
    private final ReentrantLock running = new ReentrantLock();

    private final Semaphore wanted = new Semaphore(0);
    private volatile boolean checkpointDue;
    private volatile boolean closed;

    /** A passive checkpoint has just left a long WAL with little in it that is not in the file. */
    private volatile boolean restartDue;

    /** Larger than the maximum after a reader was in the way: a long one shall not cost an attempt for every checkpoint. */
    private volatile long restartFromBytes = WAL_BYTES_MAX;

    // The writer's alone.
    private long bytesSincePassive;
    private long bytesSynced; // of those
    private long batchesSincePassive;
    private long entriesSincePassive;
    private long waitAtBytes = WAL_BYTES_LIMIT;

    Checkpointer(SqliteDatabase database, LongSupplier appliedIndex, Consumer<Throwable> fatal) throws SQLException {
        this.database = database;
        this.appliedIndex = appliedIndex;
        this.fatal = fatal;
        this.connection = database.openCheckpointer();
        this.passive = connection.prepareStatement("PRAGMA wal_checkpoint(PASSIVE)");
        this.thread = new Thread(this::run, "checkpoint");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** The writer committed a batch of log entries that wrote about {@code bytes}. Between batches; may start the WAL over. */
    void batchCommitted(long entries, long bytes) {
        bytesSincePassive += bytes;
        batchesSincePassive++;
        entriesSincePassive += entries;
        if (restartDue && running.tryLock()) { // held by persist(), it is due again after the next passive one
            restartDue = false;
            long from = restartFromBytes;
            restartFromBytes = restart(RESTART_WAIT_MILLIS) ? WAL_BYTES_MAX : from + RETRY_BYTES;
        }
        boolean small = bytesSincePassive < batchesSincePassive * SMALL_BATCH_BYTES;
        if (bytesSincePassive < (small ? PASSIVE_BYTES_OF_SMALL_BATCHES : PASSIVE_BYTES)) {
            boolean lone = small && entriesSincePassive < batchesSincePassive * LONE_BATCH_ENTRIES;
            if (!lone && bytesSincePassive - bytesSynced >= WAL_SYNC_BYTES) {
                bytesSynced = bytesSincePassive;
                wake();
            }
            return;
        }
        bytesSincePassive = 0;
        bytesSynced = 0;
        batchesSincePassive = 0;
        entriesSincePassive = 0;
        long wal = database.walBytes();
        if (wal >= waitAtBytes) {
            running.lock();
            boolean restarted = restart(RESTART_WAIT_MILLIS_AT_LIMIT);
            waitAtBytes = restarted ? WAL_BYTES_LIMIT : wal + RETRY_BYTES;
            restartFromBytes = restarted ? WAL_BYTES_MAX : waitAtBytes;
        } else {
            checkpointDue = true;
            wake();
        }
    }

    private void wake() {
        if (wanted.availablePermits() == 0) {
            wanted.release();
        }
    }

    /**
     * Has the next batch start at the WAL's beginning. Unlocks {@link #running}.
     *
     * @return whether it will; if not, a reader that began before goes on
     */
    private boolean restart(int waitMillis) {
        SQLiteConnection writer = database.writer();
        try (Statement statement = writer.createStatement()) {
            int busyMillis = writer.getBusyTimeout();
            writer.setBusyTimeout(waitMillis);
            try (ResultSet result = statement.executeQuery("PRAGMA wal_checkpoint(RESTART)")) {
                return result.next() && result.getInt(1) == 0;
            } finally {
                writer.setBusyTimeout(busyMillis);
            }
        } catch (SQLException e) {
            throw StorageException.of("starting the WAL over", e);
        } finally {
            running.unlock();
        }
    }

    private void run() {
        try {
            while (true) {
                wanted.acquire();
                if (closed) {
                    return;
                }
                if (!checkpointDue) {
                    database.syncWal();
                    continue;
                }
                checkpointDue = false;
                long frames = checkpoint();
                // So that the writer, when it finishes the job, finds little to sync.
                database.syncFile();
                restartDue = frames * FRAME_BYTES >= restartFromBytes;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException | Error e) {
            if (!closed) {
                fatal.accept(e);
            }
        }
    }

    /**
     * Makes what is committed durable.
     *
     * <p>Whatever was committed before this call is in one of two places. Either it is still in the WAL: then syncing the WAL
     * makes it durable, because recovery replays all of a WAL, whatever part of it is in the file already. Or the WAL was started
     * over since: that happens only after a checkpoint of all of it, which syncs WAL, file, in this order, before it counts as
     * done. The sync is explicit because a passive checkpoint that an old reader holds back syncs nothing.
     *
     * @return the applied index that survives the loss of power
     */
    long persist() throws IOException {
        long durable = appliedIndex.getAsLong();
        checkpoint();
        database.syncWal();
        database.syncFile();
        return durable;
    }

    /** Returns how many frames the WAL has, in the file or not. */
    private long checkpoint() {
        running.lock();
        try (ResultSet result = passive.executeQuery()) {
            if (!result.next()) {
                throw new SQLException("a checkpoint gave no row");
            }
            return result.getLong(2);
        } catch (SQLException e) {
            throw StorageException.of("checkpointing", e);
        } finally {
            running.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        wanted.release();
        awaitThread();
        running.lock(); // a call of persist() may be under way
        try {
            connection.close();
        } catch (SQLException e) {
            throw StorageException.of("closing the checkpoint connection", e);
        } finally {
            running.unlock();
        }
    }

    private void awaitThread() {
        if (Thread.currentThread() == thread) {
            return; // it found the error after which the store is let go
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

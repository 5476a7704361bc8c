package io.quorlite.raft.log;

import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.conf.ConfigurationEntry;
import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.option.LogStorageOptions;
import io.quorlite.sofajraft.storage.LogStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log as append-only segment files in one directory. An append is written at once and forced once; it returns when its
 * entries are durable. Offsets and terms of all entries and the newest entries themselves are in memory.
 *
 * <p>Thread-safe: one thread changes the log at a time, any number read it meanwhile. The write to the disk happens outside
 * the lock that readers take, so they never wait for it.
 *
 * <p>The first I/O error, or the first call that breaks the log's order, stops the log for good: it goes to the callback given
 * at {@link #open}, every later change is refused, and nothing is tried again.
 *
 * <p><b>Order on the disk.</b> {@link LogState} announces a truncation before any byte changes and is cleared last; in
 * between a crash is harmless, because the next open does all of it again. A segment gets its name when its header is
 * durable, and records only when the segment before it is durable to its end.
 */
public final class SegmentedLogStorage implements LogStorage {
    private static final Logger log = LoggerFactory.getLogger(SegmentedLogStorage.class);
    private static final long IDLE_THREAD_SECONDS = 10;

    private final Disk disk;
    private final Path directory;
    private final LogOptions options;
    private final Executor preallocator;
    private final IntSupplier salts;
    private final Consumer<Throwable> onFailure;
    private final RecordWriter writer;
    private final LogState state;

    /** Held by whoever changes the log, for as long as that takes. */
    private final Object changing = new Object();
    /** Guards what readers see. Only changed by the holder of {@link #changing}, who may read it without this lock. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private final Deque<Segment> segments;
    private final TermRuns terms;
    private final EntryCache cache;
    private long firstIndex;
    private long lastIndex;
    private volatile boolean closed;

    private final Object failing = new Object();
    private volatile @Nullable Throwable failure;
    /** What {@link #init} hands to the engine. */
    private final List<LogEntry> recoveredConfigurations;

    private SegmentedLogStorage(
            Disk disk,
            Path directory,
            LogOptions options,
            Executor preallocator,
            IntSupplier salts,
            Consumer<Throwable> onFailure)
            throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.preallocator = preallocator;
        this.salts = salts;
        this.onFailure = onFailure;
        this.writer = new RecordWriter();
        this.cache = new EntryCache(options.cacheEntriesMax(), options.cacheBytesMax());
        LogRecovery.Recovered found = LogRecovery.open(disk, directory, options, writer);
        this.state = found.state();
        this.segments = found.segments();
        this.terms = found.terms();
        this.recoveredConfigurations = found.configurations();
        this.firstIndex = state.value().firstIndex();
        this.lastIndex =
                segments.isEmpty() ? firstIndex - 1 : segments.getLast().lastIndex();
    }

    /** Opens the log on this machine's file system; zeros ahead of the records are written by a thread of its own. */
    public static SegmentedLogStorage open(Path directory, LogOptions options, Consumer<Throwable> onFailure)
            throws IOException {
        return open(Disk.local(), directory, options, onFailure);
    }

    /** The same on another disk. */
    public static SegmentedLogStorage open(Disk disk, Path directory, LogOptions options, Consumer<Throwable> onFailure)
            throws IOException {
        return open(disk, directory, options, preallocationThread(), new SecureRandom()::nextInt, onFailure);
    }

    /**
     * Opens the log, or makes an empty one. Every record is checked before this returns.
     *
     * @param directory the log's own; it may hold a {@link VoteStore} as well, nothing else
     * @param preallocator runs the writing of zeros ahead; {@code Runnable::run} makes the log single-threaded
     * @param salts a random number for each segment made
     * @param onFailure hears of the first failure, from the thread that met it, maybe with locks held; must not block
     * @throws io.quorlite.replication.CorruptLogException if the log is damaged in a way that a crash does not explain
     */
    public static SegmentedLogStorage open(
            Disk disk,
            Path directory,
            LogOptions options,
            Executor preallocator,
            IntSupplier salts,
            Consumer<Throwable> onFailure)
            throws IOException {
        return new SegmentedLogStorage(disk, directory, options, preallocator, salts, onFailure);
    }

    private static Executor preallocationThread() {
        return new ThreadPoolExecutor(
                0, 1, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "raft-log-preallocate");
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /** Hands the configurations found in the log to the engine. */
    @Override
    public boolean init(LogStorageOptions engineOptions) {
        synchronized (changing) {
            if (closed || failure != null) {
                return false;
            }
            ConfigurationManager configurations = engineOptions.getConfigurationManager();
            for (LogEntry entry : recoveredConfigurations) {
                configurations.add(configurationOf(entry));
            }
            recoveredConfigurations.clear();
            return true;
        }
    }

    private static ConfigurationEntry configurationOf(LogEntry entry) {
        ConfigurationEntry configuration = new ConfigurationEntry();
        configuration.setId(entry.getId().copy());
        configuration.setConf(new Configuration(entry.getPeers(), entry.getLearners()));
        if (entry.getOldPeers() != null) {
            configuration.setOldConf(new Configuration(entry.getOldPeers(), entry.getOldLearners()));
        }
        return configuration;
    }

    /** The first index; one more than the last of an empty log. */
    @Override
    public long getFirstLogIndex() {
        lock.readLock().lock();
        try {
            return firstIndex;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The last index; one less than the first of an empty log. */
    @Override
    public long getLastLogIndex() {
        lock.readLock().lock();
        try {
            return lastIndex;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The term of the entry, from memory; 0 if the log does not have it. */
    @Override
    @Deprecated // by the engine, which asks for the entry instead; ours is cheap
    public long getTerm(long index) {
        lock.readLock().lock();
        try {
            return index < firstIndex || index > lastIndex ? 0 : terms.at(index);
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * The entry, for the caller to keep; its data is shared and must not be written to. Null if the log does not have it, and
     * after a failed read, which stops the log.
     */
    @Override
    public @Nullable LogEntry getEntry(long index) {
        lock.readLock().lock();
        try {
            if (index < firstIndex || index > lastIndex) {
                return null;
            }
            LogEntry cached = cache.get(index);
            return cached != null ? cached : closed ? null : read(index);
        } catch (IOException | RuntimeException e) {
            fail(e);
            return null;
        } finally {
            lock.readLock().unlock();
        }
    }

    private LogEntry read(long index) throws IOException {
        LogEntry entry = segmentOf(index).read(index);
        cache.addRead(entry);
        return entry;
    }

    private Segment segmentOf(long index) {
        Iterator<Segment> newestFirst = segments.descendingIterator();
        while (newestFirst.hasNext()) {
            Segment segment = newestFirst.next();
            if (segment.firstIndex() <= index) {
                return segment;
            }
        }
        throw new AssertionError("no segment for index " + index);
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    /**
     * Appends {@code entries}, which must follow the last one. Returns their number when all are durable, and 0 when anything
     * failed; some of them may then be durable all the same.
     */
    @Override
    public int appendEntries(@Nullable List<LogEntry> entries) {
        if (entries == null || entries.isEmpty()) {
            return 0;
        }
        synchronized (changing) {
            boolean done = change(() -> {
                requireInOrder(entries);
                for (int from = 0; from < entries.size(); ) {
                    from += appendToOneSegment(entries.subList(from, entries.size()));
                }
            });
            return done ? entries.size() : 0;
        }
    }

    private void requireInOrder(List<LogEntry> entries) {
        long index = lastIndex;
        long term = terms.last();
        for (LogEntry entry : entries) {
            index++;
            if (entry.getId().getIndex() != index || entry.getId().getTerm() < term) {
                throw new IllegalStateException(
                        "entry " + entry.getId() + " where index " + index + " and a term from " + term + " on belong");
            }
            term = entry.getId().getTerm();
        }
    }

    /** Appends as many entries as the active segment takes, and at least one; the next segment is made only after that. */
    private int appendToOneSegment(List<LogEntry> entries) throws IOException {
        long bytes = RecordWriter.recordBytes(entries.get(0));
        Segment active = activeSegmentFor(bytes);
        int count = 1;
        while (count < entries.size()) {
            long more = bytes + RecordWriter.recordBytes(entries.get(count));
            if (!active.fits(more)) {
                break;
            }
            bytes = more;
            count++;
        }
        List<LogEntry> taken = entries.subList(0, count);
        active.append(writer, taken, bytes);
        publish(active, taken);
        active.mark(writer, terms.last());
        active.allocateAhead(preallocator, this::fail);
        return count;
    }

    private void publish(Segment active, List<LogEntry> entries) {
        lock.writeLock().lock();
        try {
            for (LogEntry entry : entries) {
                active.adopt(RecordWriter.recordBytes(entry));
                lastIndex = entry.getId().getIndex();
                terms.add(lastIndex, entry.getId().getTerm());
                cache.add(entry);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    private Segment activeSegmentFor(long bytes) throws IOException {
        Segment newest = segments.peekLast();
        if (newest != null && (newest.isEmpty() || newest.fits(bytes))) {
            return newest; // a record that is larger than a segment makes its segment larger
        }
        SegmentHeader header = new SegmentHeader(lastIndex + 1, salts.getAsInt());
        Segment segment = Segment.create(disk, directory, header, options);
        lock.writeLock().lock();
        try {
            segments.addLast(segment);
        } finally {
            lock.writeLock().unlock();
        }
        state.write(firstIndex, segment.firstIndex());
        return segment;
    }

    /** Drops the entries before {@code firstIndexKept}, which then is the first index, also of a log that ends before it. */
    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        synchronized (changing) {
            return change(() -> {
                if (firstIndexKept > lastIndex) {
                    makeEmpty(firstIndexKept);
                } else if (firstIndexKept > firstIndex) {
                    cutBefore(firstIndexKept);
                }
            });
        }
    }

    private void cutBefore(long firstIndexKept) throws IOException {
        state.write(firstIndexKept, segments.getLast().firstIndex());
        List<Segment> dropped = new ArrayList<>();
        lock.writeLock().lock();
        try {
            firstIndex = firstIndexKept;
            while (segments.getFirst().lastIndex() < firstIndexKept) {
                dropped.add(segments.removeFirst());
            }
            terms.cutBefore(firstIndexKept);
            cache.cutBefore(firstIndexKept);
        } finally {
            lock.writeLock().unlock();
        }
        delete(dropped);
    }

    /** Drops the entries behind {@code lastIndexKept}. On return no crash brings them back. */
    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        synchronized (changing) {
            return change(() -> {
                if (lastIndexKept < firstIndex - 1) {
                    throw new IllegalStateException(
                            "truncation to " + lastIndexKept + ", before the log, which starts at " + firstIndex);
                }
                if (lastIndexKept == firstIndex - 1) {
                    makeEmpty(firstIndex);
                } else if (lastIndexKept < lastIndex) {
                    cutBehind(lastIndexKept);
                }
            });
        }
    }

    private void cutBehind(long lastIndexKept) throws IOException {
        Segment kept = segmentOf(lastIndexKept);
        // 1. Announced: from here on a crash finishes the truncation.
        state.write(firstIndex, kept.firstIndex(), lastIndexKept);
        List<Segment> dropped = new ArrayList<>();
        lock.writeLock().lock();
        try {
            while (segments.getLast() != kept) {
                dropped.add(segments.removeLast());
            }
            kept.cutBehind(lastIndexKept);
            lastIndex = lastIndexKept;
            terms.cutBehind(lastIndexKept);
            cache.cutBehind(lastIndexKept);
        } finally {
            lock.writeLock().unlock();
        }
        // 2. Later segments and the bytes behind the cut are gone for good ...
        delete(dropped);
        kept.eraseTail();
        kept.force();
        // 3. ... before the announcement is withdrawn, after which an append may come.
        state.write(firstIndex, kept.firstIndex());
        kept.mark(writer, terms.last());
    }

    /** Drops everything; the next entry is the one at {@code nextIndex}. */
    @Override
    public boolean reset(long nextIndex) {
        if (nextIndex <= 0) {
            throw new IllegalArgumentException("nextIndex: " + nextIndex);
        }
        synchronized (changing) {
            return change(() -> makeEmpty(nextIndex));
        }
    }

    private void makeEmpty(long nextIndex) throws IOException {
        // The order is that of cutBehind: announced, done, withdrawn.
        state.write(nextIndex, 0, nextIndex - 1);
        List<Segment> dropped;
        lock.writeLock().lock();
        try {
            dropped = new ArrayList<>(segments);
            segments.clear();
            terms.cutBehind(0);
            cache.clear();
            firstIndex = nextIndex;
            lastIndex = nextIndex - 1;
        } finally {
            lock.writeLock().unlock();
        }
        delete(dropped);
        state.write(nextIndex, 0);
    }

    private void delete(List<Segment> dropped) throws IOException {
        for (Segment segment : dropped) {
            segment.delete();
        }
        if (!dropped.isEmpty()) {
            disk.syncDirectory(directory);
        }
    }

    /** Marks the end of the log durably and closes the files. */
    @Override
    public void shutdown() {
        synchronized (changing) {
            if (closed) {
                return;
            }
            lock.writeLock().lock();
            try {
                closed = true;
                closeFiles();
            } catch (IOException e) {
                log.warn("cannot close the log in {}", directory, e);
            } finally {
                lock.writeLock().unlock();
            }
            if (preallocator instanceof ExecutorService thread) {
                thread.shutdown();
            }
        }
    }

    private void closeFiles() throws IOException {
        if (failure == null && !segments.isEmpty()) {
            segments.getLast().mark(writer, terms.last());
            segments.getLast().force();
        }
        for (Segment segment : segments) {
            segment.close();
        }
        state.close();
    }

    private interface Change {
        void run() throws IOException;
    }

    private boolean change(Change change) {
        if (closed || failure != null) {
            return false;
        }
        try {
            change.run();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
        // Writing ahead may have failed meanwhile.
        return failure == null;
    }

    private void fail(Throwable cause) {
        synchronized (failing) {
            if (failure != null) {
                return;
            }
            failure = cause;
        }
        log.error("the log in {} failed and stops: {}", directory, cause.toString()); // the callback has the rest
        onFailure.accept(cause);
    }
}

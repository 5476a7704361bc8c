package io.quorlite.raft.log;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a log: checks every record of every segment, finishes what a crash interrupted, and refuses what a crash cannot
 * explain. Used once, by one thread.
 *
 * <p>A crash can leave, and this class repairs: temporary files; segments that lie wholly below the first index; a truncation
 * announced in the state and not finished; an append torn at the end of the newest segment. All else is damage.
 *
 * <p><b>The limit.</b> A damaged record at the end is told from a torn append by the synced offsets of later records and by
 * the mark behind the newest one (see {@link RecordHeader}). The mark is not forced. Where the power fails before it reached
 * the disk, and the disk later damages records of that very append, they pass for torn and are cut.
 */
final class LogRecovery {
    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);

    private final Disk disk;
    private final Path directory;
    private final LogOptions options;
    private final RecordWriter writer;
    private final LogState state;
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final TermRuns terms = new TermRuns();
    private final List<LogEntry> configurations = new ArrayList<>();

    private LogRecovery(Disk disk, Path directory, LogOptions options, RecordWriter writer, LogState state) {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.writer = writer;
        this.state = state;
    }

    /** What was found: oldest segment first; configurations in the order of their indexes. */
    record Recovered(LogState state, Deque<Segment> segments, TermRuns terms, List<LogEntry> configurations) {}

    static Recovered open(Disk disk, Path directory, LogOptions options, RecordWriter writer) throws IOException {
        disk.createDirectories(directory);
        List<String> names = segmentNames(disk, directory);
        if (!names.isEmpty() && !LogState.exists(disk, directory)) {
            throw new CorruptLogException(directory + " has segments but no state file");
        }
        LogState state = LogState.open(disk, directory);
        LogRecovery recovery = new LogRecovery(disk, directory, options, writer, state);
        try {
            recovery.run(names);
            return new Recovered(state, recovery.segments, recovery.terms, recovery.configurations);
        } catch (IOException | RuntimeException e) {
            recovery.closeQuietly();
            throw e;
        }
    }

    private static List<String> segmentNames(Disk disk, Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        for (String name : disk.list(directory)) {
            if (name.endsWith(".tmp")) {
                disk.delete(directory.resolve(name));
            } else if (Segment.isName(name)) {
                names.add(name);
            }
        }
        return names;
    }

    private void run(List<String> names) throws IOException {
        for (String name : names) {
            segments.addLast(Segment.open(disk, directory.resolve(name), options));
        }
        // The names may stand in memory only, as may anything else that is read here.
        disk.syncDirectory(directory);
        finishCuts();
        requireNewestSegment();
        readSegments();
        settle();
    }

    /**
     * Removes the segments that a truncation, or the first index, has left behind. The order does not matter: the state says
     * what is gone until all of it is.
     */
    private void finishCuts() throws IOException {
        long truncateTo = state.value().truncateTo();
        boolean truncating = truncateTo != LogState.Value.NO_TRUNCATION;
        boolean emptied = truncating && truncateTo < state.value().firstIndex();
        int before = segments.size();
        while (!segments.isEmpty()
                && truncating
                && (emptied || segments.getLast().firstIndex() > truncateTo)) {
            segments.removeLast().delete();
        }
        while (secondSegmentReachesFirstIndex()) {
            segments.removeFirst().delete();
        }
        if (segments.size() < before) {
            disk.syncDirectory(directory);
        }
    }

    private boolean secondSegmentReachesFirstIndex() {
        return segments.size() > 1
                && segments.stream().skip(1).findFirst().orElseThrow().firstIndex()
                        <= state.value().firstIndex();
    }

    private void requireNewestSegment() throws IOException {
        long newest = state.value().newestSegment();
        if (newest != 0 && segments.stream().noneMatch(segment -> segment.firstIndex() == newest)) {
            throw new CorruptLogException(directory + " lacks the segment that starts at index " + newest);
        }
    }

    private void readSegments() throws IOException {
        long firstIndex = state.value().firstIndex();
        if (!segments.isEmpty() && segments.getFirst().firstIndex() > firstIndex) {
            throw new CorruptLogException(directory + " lacks the entries from index " + firstIndex + " to "
                    + (segments.getFirst().firstIndex() - 1));
        }
        List<Segment> inOrder = List.copyOf(segments);
        for (int i = 0; i + 1 < inOrder.size(); i++) {
            // A segment is made only when the one before it is durable to its end.
            readTo(inOrder.get(i), inOrder.get(i + 1).firstIndex() - 1);
        }
        if (!segments.isEmpty()) {
            readNewest(segments.getLast());
            if (segments.getLast().lastIndex() < firstIndex - 1) {
                throw damage(segments.getLast(), "the log ends before its first index " + firstIndex);
            }
        }
        terms.cutBefore(firstIndex);
    }

    /** Reads a segment that is known to be durable up to {@code lastIndex}. */
    private void readTo(Segment segment, long lastIndex) throws IOException {
        readRecords(segment, segment.scanner(), lastIndex);
        if (segment.lastIndex() < lastIndex) {
            throw damage(segment, "records up to index " + lastIndex + " were durable");
        }
        segment.force();
    }

    private void readNewest(Segment segment) throws IOException {
        long truncateTo = state.value().truncateTo();
        if (truncateTo != LogState.Value.NO_TRUNCATION) {
            // What follows is half erased, and was durable before the truncation began.
            readTo(segment, truncateTo);
            segment.eraseTail();
            segment.force();
            return;
        }
        SegmentScanner scanner = segment.scanner();
        int lastAppend = readRecords(segment, scanner, Long.MAX_VALUE);
        SegmentScanner.Tail tail = scanner.tail(segment.end(), segment.lastIndex());
        if (tail.proof() >= 0) {
            throw damage(segment, "the record at offset " + tail.proof() + " proves that it was durable");
        }
        if (!tail.clean()) {
            log.info(
                    "cut a torn append from {} at offset {} behind index {}",
                    segment.path(),
                    segment.end(),
                    segment.lastIndex());
        }
        if (!tail.marked() || !tail.clean()) {
            // Remains of a torn append could one day stand where a new record ends, and be valid there.
            segment.eraseTail();
            // Nothing proves that the last append is durable. A process whose sync failed leaves pages that look clean
            // and
            // are not on the disk, and a sync alone would not write them.
            segment.rewriteFrom(lastAppend);
        }
        segment.force();
        segment.mark(writer, terms.last());
    }

    /** Takes valid records into {@code segment} as far as they go; returns where the append that wrote the last one began. */
    private int readRecords(Segment segment, SegmentScanner scanner, long lastIndex) throws IOException {
        int lastAppend = segment.end();
        while (segment.lastIndex() < lastIndex) {
            int offset = segment.end();
            RecordHeader record = scanner.record(offset);
            if (record == null || record.kind() == RecordHeader.MARK) {
                return lastAppend;
            }
            if (record.index() != segment.lastIndex() + 1
                    || record.term() < terms.last()
                    || record.syncedOffset() > offset) {
                throw damage(segment, "a valid record of index " + record.index() + ", term " + record.term());
            }
            if (record.entryType() == EntryType.ENTRY_TYPE_CONFIGURATION_VALUE
                    && record.index() >= state.value().firstIndex()) {
                configurations.add(EntryCodec.decode(record, scanner.payload(offset, record)));
            }
            segment.adopt(record.recordBytes());
            terms.add(record.index(), record.term());
            lastAppend = record.syncedOffset();
        }
        return lastAppend;
    }

    /** The state names what is there now. Last, so that everything above is done again if a crash comes before. */
    private void settle() throws IOException {
        LogState.Value found = state.value();
        long newest = segments.isEmpty() ? 0 : segments.getLast().firstIndex();
        if (newest != found.newestSegment() || found.truncateTo() != LogState.Value.NO_TRUNCATION) {
            state.write(found.firstIndex(), newest);
        }
    }

    private static CorruptLogException damage(Segment segment, String why) {
        return new CorruptLogException(segment.path() + " is damaged at offset " + segment.end() + ", index "
                + (segment.lastIndex() + 1) + ": " + why);
    }

    private void closeQuietly() {
        for (Segment segment : segments) {
            close(segment);
        }
        close(state);
    }

    private static void close(Closeable file) {
        try {
            file.close();
        } catch (IOException e) {
            log.warn("cannot close a file of the log", e);
        }
    }
}

package io.quorlite.raft.log;

import static io.quorlite.raft.log.Entries.assertHolds;
import static io.quorlite.raft.log.Entries.configuration;
import static io.quorlite.raft.log.Entries.data;
import static io.quorlite.raft.log.Entries.engineOptions;
import static io.quorlite.raft.log.Entries.entry;
import static io.quorlite.raft.log.Entries.peers;
import static io.quorlite.raft.log.Entries.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.LogId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentedLogStorageTest {
    private static final Path DIRECTORY = Path.of("log");
    private static final LogOptions SMALL = new LogOptions(4096, 1024, 16, 1 << 20);

    private final SimulatedDisk disk = new SimulatedDisk();
    private final List<Throwable> failures = new ArrayList<>();
    private int salt;

    private SegmentedLogStorage open() throws IOException {
        return SegmentedLogStorage.open(disk, DIRECTORY, SMALL, Runnable::run, () -> ++salt, failures::add);
    }

    @Test
    void isEmptyBeforeTheFirstEntry() throws IOException {
        assertHolds(open(), 1, List.of());
    }

    @Test
    void restoresEveryKindOfEntryExactly() throws IOException {
        LogEntry noOp = new LogEntry(EntryType.ENTRY_TYPE_NO_OP);
        noOp.setId(new LogId(1, 1));
        noOp.setData(null);
        LogEntry joint = configuration(2, 1, "10.0.0.1:1", "[::1]:2:0:100", "host.example:3:7");
        joint.setOldPeers(peers("10.0.0.1:1"));
        joint.setLearners(peers("10.0.0.9:9"));
        joint.setOldLearners(new ArrayList<>());
        LogEntry empty = data(3, 2, 0);
        List<LogEntry> entries = List.of(noOp, joint, empty, data(4, 2, 1), data(5, 2, 7), data(6, 9, 8));

        SegmentedLogStorage log = open();
        assertThat(log.appendEntries(entries)).isEqualTo(entries.size());
        assertHolds(log, 1, entries);
        log.shutdown();

        SegmentedLogStorage again = open();
        assertHolds(again, 1, entries);
        assertThat(entry(again, 1).getData()).isNull();
        assertThat(entry(again, 2).getOldLearners()).isEmpty();
        assertThat(entry(again, 4).getOldLearners()).isNull();
        assertThat(entry(again, 2).getPeers().get(1).getPriority()).isEqualTo(100);
    }

    @Test
    void handsTheConfigurationsOfTheLogToTheEngine() throws IOException {
        LogEntry first = configuration(1, 1, "a:1");
        LogEntry second = configuration(3, 1, "a:1", "b:2");
        second.setOldPeers(peers("a:1"));
        second.setLearners(peers("c:3"));
        SegmentedLogStorage log = open();
        log.appendEntries(List.of(first, data(2, 1, 10), second, data(4, 1, 10)));
        log.truncatePrefix(2);
        log.shutdown();
        ConfigurationManager configurations = new ConfigurationManager();

        assertThat(open().init(engineOptions(configurations))).isTrue();

        assertThat(configurations.getLastConfiguration().getId()).isEqualTo(new LogId(3, 1));
        assertThat(configurations.getLastConfiguration().getConf())
                .isEqualTo(new Configuration(peers("a:1", "b:2"), peers("c:3")));
        assertThat(configurations.getLastConfiguration().getOldConf()).isEqualTo(new Configuration(peers("a:1")));
        configurations.truncateSuffix(2);
        assertThat(configurations.getLastConfiguration().getId().getIndex()).isZero();
    }

    @Test
    void appendsWithOneWriteAndOneForce() throws IOException {
        // enough is allocated ahead
        SegmentedLogStorage log = SegmentedLogStorage.open(
                disk, DIRECTORY, LogOptions.DEFAULT, Runnable::run, () -> ++salt, failures::add);
        log.appendEntry(data(1, 1, 10));
        int forces = disk.forces();
        int writes = disk.writes();

        log.appendEntries(run(2, 11, 1, 10));

        assertThat(disk.forces() - forces).isEqualTo(1);
        assertThat(disk.writes() - writes)
                .as("the records, and the mark behind them")
                .isEqualTo(2);
    }

    @Test
    void forcesBothFilesOfAnAppendThatNeedsTwo() throws IOException {
        SegmentedLogStorage log = open();

        assertThat(log.appendEntries(run(1, 6, 1, 1000))).isEqualTo(6);

        assertThat(disk.list(DIRECTORY).stream().filter(Segment::isName)).hasSize(2);
        disk.restartAfterPowerLoss(new Random(1));
        assertHolds(open(), 1, run(1, 6, 1, 1000));
    }

    @Test
    @SuppressWarnings("deprecation") // see Entries.assertHolds
    void knowsTermsWithoutReading() throws IOException {
        SegmentedLogStorage log = open();
        for (long index = 1; index <= 100; index++) {
            log.appendEntry(data(index, 1 + index / 10, 100));
        }
        int reads = disk.reads();

        for (long index = 1; index <= 100; index++) {
            assertThat(log.getTerm(index)).isEqualTo(1 + index / 10);
        }
        assertThat(entry(log, 100).getId().getTerm()).isEqualTo(11);

        assertThat(disk.reads()).isEqualTo(reads);
    }

    @Test
    void readsAnEntryThatIsAskedForAgainOnce() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 100, 1, 100));
        log.getEntry(3);
        int reads = disk.reads();

        assertThat(log.getEntry(3)).isEqualTo(data(3, 1, 100));

        assertThat(disk.reads()).isEqualTo(reads);
    }

    @Test
    void givesEachCallerAnEntryOfItsOwn() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntry(data(1, 1, 10));

        entry(log, 1).getId().setTerm(99);
        entry(log, 1).getData().position(10);

        assertThat(log.getEntry(1)).isEqualTo(data(1, 1, 10));
    }

    @Test
    void keepsThousandsOfEntriesInManySegments() throws IOException {
        SegmentedLogStorage log = open();
        for (long index = 1; index <= 5000; index += 10) {
            assertThat(log.appendEntries(run(index, index + 9, index / 1000 + 1, (int) index % 300)))
                    .isEqualTo(10);
        }
        log.shutdown();

        SegmentedLogStorage again = open();

        assertThat(again.getLastLogIndex()).isEqualTo(5000);
        for (long index = 1; index <= 5000; index++) {
            long batch = (index - 1) / 10 * 10 + 1;
            assertThat(again.getEntry(index)).isEqualTo(data(index, batch / 1000 + 1, (int) batch % 300));
        }
    }

    @Test
    void appendsNothingForNoEntries() throws IOException {
        assertThat(open().appendEntries(List.of())).isZero();
        assertThat(open().appendEntries(null)).isZero();
        assertThat(failures).isEmpty();
    }

    @Test
    void truncatesAtBothEndsAndAppendsOn() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 50, 1, 300));

        assertThat(log.truncatePrefix(20)).isTrue();
        assertThat(log.truncateSuffix(30)).isTrue();
        assertHolds(log, 20, run(20, 30, 1, 300));
        assertThat(log.appendEntries(run(31, 40, 2, 200))).isEqualTo(10);
        log.shutdown();

        List<LogEntry> expected = new ArrayList<>(run(20, 30, 1, 300));
        expected.addAll(run(31, 40, 2, 200));
        assertHolds(open(), 20, expected);
        assertThat(disk.list(DIRECTORY)).noneMatch("00000000000000000001.segment"::equals);
    }

    @Test
    void doesNothingWhereThereIsNothingToTruncate() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 5, 1, 10));

        assertThat(log.truncatePrefix(1)).isTrue();
        assertThat(log.truncateSuffix(5)).isTrue();
        assertThat(log.truncateSuffix(9)).isTrue();

        assertHolds(log, 1, run(1, 5, 1, 10));
    }

    @Test
    void startsBehindASnapshotThatIsAheadOfTheLog() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 5, 1, 10));

        assertThat(log.truncatePrefix(100)).isTrue();

        assertHolds(log, 100, List.of());
        assertThat(log.appendEntry(data(100, 3, 10))).isTrue();
        log.shutdown();
        assertHolds(open(), 100, List.of(data(100, 3, 10)));
    }

    @Test
    void startsAnewAfterReset() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 50, 5, 300));

        assertThat(log.reset(20)).isTrue();

        assertHolds(log, 20, List.of());
        disk.restartProcess();
        assertHolds(open(), 20, List.of());
        assertThatThrownBy(() -> log.reset(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesAGapAndStops() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 5, 1, 10));

        assertThat(log.appendEntry(data(7, 1, 10))).isFalse();

        assertThat(failures).hasSize(1).first().isInstanceOf(IllegalStateException.class);
        assertThat(log.appendEntry(data(6, 1, 10))).isFalse();
        disk.restartProcess();
        assertHolds(open(), 1, run(1, 5, 1, 10));
    }

    @Test
    void refusesATermThatGoesBack() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntry(data(1, 5, 10));

        assertThat(log.appendEntry(data(2, 4, 10))).isFalse();

        assertThat(failures).hasSize(1);
    }

    @Test
    void refusesEverythingAfterAFailedForce() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 3, 1, 10));
        disk.failNextForce();

        assertThat(log.appendEntries(run(4, 5, 1, 10))).isZero();

        assertThat(failures).hasSize(1).first().isInstanceOf(IOException.class);
        int forces = disk.forces();
        assertThat(log.appendEntries(run(4, 5, 1, 10))).isZero();
        assertThat(log.truncateSuffix(2)).isFalse();
        assertThat(log.truncatePrefix(2)).isFalse();
        assertThat(log.reset(9)).isFalse();
        assertThat(log.init(engineOptions(new ConfigurationManager()))).isFalse();
        log.shutdown();
        assertThat(disk.forces()).as("nothing is tried again").isEqualTo(forces);
        assertThat(failures).hasSize(1);
    }

    @Test
    void writesAgainWhatAFailedForceLeftInTheCacheOnly() throws IOException {
        List<LogEntry> expected = new ArrayList<>(run(1, 3, 1, 10));
        expected.addAll(run(4, 5, 1, 1500));
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 3, 1, 10));
        disk.failNextForce();
        // larger than a sector: those in the middle are written again only if that is meant
        log.appendEntries(run(4, 5, 1, 1500));
        disk.restartProcess();

        // The cache still has the two, so this open shows them, and they may be acknowledged from now on.
        assertHolds(open(), 1, expected);

        disk.restartAfterPowerLoss(new Random(1));
        assertHolds(open(), 1, expected);
    }

    @Test
    void answersNothingAfterShutdown() throws IOException {
        SegmentedLogStorage log = open();
        log.appendEntries(run(1, 50, 1, 100));

        log.shutdown();
        log.shutdown();

        assertThat(log.appendEntry(data(51, 1, 1))).isFalse();
        assertThat(log.getEntry(1)).isNull();
        assertThat(failures).isEmpty();
    }

    @Test
    void keepsEntriesOfEightMebibytesOnARealDisk(@TempDir Path directory) throws IOException {
        LogOptions options = LogOptions.DEFAULT.withSegmentBytes(20 << 20);
        List<LogEntry> entries = List.of(
                data(1, 1, 8 << 20),
                data(2, 1, (1 << 20) - 40),
                data(3, 1, (8 << 20) - 1),
                data(4, 2, 3),
                data(5, 2, 8 << 20));
        SegmentedLogStorage log = SegmentedLogStorage.open(directory.resolve("a/b"), options, failures::add);
        assertThat(log.appendEntries(entries)).isEqualTo(5);
        assertHolds(log, 1, entries);
        log.shutdown();

        SegmentedLogStorage again = SegmentedLogStorage.open(directory.resolve("a/b"), options, failures::add);

        assertHolds(again, 1, entries);
        again.shutdown();
        assertThat(failures).isEmpty();
    }

    @Test
    void doesNotGrowItsFileWithEachAppend(@TempDir Path directory) throws IOException {
        SegmentedLogStorage log = SegmentedLogStorage.open(
                Disk.local(), directory, LogOptions.DEFAULT, Runnable::run, () -> 7, failures::add);
        log.appendEntry(data(1, 1, 100));
        long size = segmentBytes(directory);

        log.appendEntries(run(2, 1000, 1, 1000));

        assertThat(segmentBytes(directory)).isEqualTo(size).isGreaterThan(4 << 20);
        log.shutdown();
    }

    private static long segmentBytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            Path segment = files.filter(file -> Segment.isName(String.valueOf(file.getFileName())))
                    .findFirst()
                    .orElseThrow();
            return Files.size(segment);
        }
    }

    @Test
    void survivesAnInterruptedReader(@TempDir Path directory) throws IOException {
        LogOptions options = new LogOptions(1 << 20, 1024, 1, 0);
        SegmentedLogStorage log = SegmentedLogStorage.open(directory, options, failures::add);
        log.appendEntries(run(1, 100, 1, 100));

        Thread.currentThread().interrupt();
        assertThat(log.getEntry(1)).isEqualTo(data(1, 1, 100));
        assertThat(log.appendEntry(data(101, 1, 100))).isTrue();
        assertThat(Thread.interrupted()).as("the interrupt is still there").isTrue();

        assertThat(log.getEntry(2)).isEqualTo(data(2, 1, 100));
        assertThat(failures).isEmpty();
        log.shutdown();
    }

    @Test
    void readersSeeOnlyWholeEntriesWhileTheLogChanges(@TempDir Path directory) throws Exception {
        LogOptions options = new LogOptions(16 << 10, 4096, 4, 1000);
        SegmentedLogStorage log = SegmentedLogStorage.open(directory, options, failures::add);
        log.appendEntries(run(1, 50, 1, 200));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        Thread reader = new Thread(
                () -> {
                    Random random = new Random(1);
                    while (!done.get() && wrong.get() == null) {
                        long index = log.getFirstLogIndex() + random.nextInt(60);
                        LogEntry entry = log.getEntry(index);
                        try {
                            if (entry != null) {
                                assertThat(entry)
                                        .isEqualTo(data(index, entry.getId().getTerm(), 200));
                            }
                        } catch (AssertionError e) {
                            wrong.set(e);
                        }
                    }
                },
                "reader");
        reader.start();
        for (int round = 1; round <= 100; round++) {
            long last = log.getLastLogIndex();
            log.truncateSuffix(last - 5);
            log.appendEntries(run(last - 4, last + 10, round + 1, 200));
            log.truncatePrefix(log.getLastLogIndex() - 49);
        }
        done.set(true);
        reader.join();

        assertThat(wrong.get()).isNull();
        assertThat(failures).isEmpty();
        log.shutdown();
    }

    @Test
    void keepsDataWhosePositionIsNotZero() throws IOException {
        LogEntry entry = data(1, 1, 0);
        entry.setData(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 1, 2));
        SegmentedLogStorage log = open();
        log.appendEntry(entry);
        log.shutdown();

        assertThat(entry(open(), 1).getData()).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3}));
        assertThat(entry.getData().remaining()).isEqualTo(2);
    }
}

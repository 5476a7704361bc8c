package io.quorlite.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.sofajraft.conf.ConfigurationEntry;
import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A log on a disk that may fail, beside the list it should be. A call that was not acknowledged may have happened or not,
 * and the next open must show one of the two; everything else must be as acknowledged.
 */
final class LogMachine {
    private static final Path DIRECTORY = Path.of("log");
    /** Small, so that a few entries fill a segment and some are larger than one. */
    private static final LogOptions OPTIONS = new LogOptions(2048, 1024, 4, 2000);

    /** What a log may hold. */
    record Model(long firstIndex, List<LogEntry> entries) {
        Model {
            entries = List.copyOf(entries);
        }

        long lastIndex() {
            return firstIndex + entries.size() - 1;
        }

        long lastTerm() {
            return entries.isEmpty()
                    ? 1
                    : entries.get(entries.size() - 1).getId().getTerm();
        }

        Model from(long index) {
            return index > lastIndex()
                    ? new Model(index, List.of())
                    : new Model(index, entries.subList((int) (index - firstIndex), entries.size()));
        }

        Model to(long index) {
            return new Model(firstIndex, entries.subList(0, (int) (index - firstIndex + 1)));
        }

        Model with(List<LogEntry> more) {
            List<LogEntry> all = new ArrayList<>(entries);
            all.addAll(more);
            return new Model(firstIndex, all);
        }
    }

    private final SimulatedDisk disk = new SimulatedDisk();
    private final List<Throwable> failures = new ArrayList<>();
    private Model model = new Model(1, List.of());
    private SegmentedLogStorage log;
    private int salt;
    private long term = 1;

    /** What the stores see of {@link #disk}; something else only where a defect is planted. */
    private final Disk seen;

    LogMachine() {
        this(disk -> disk);
    }

    LogMachine(UnaryOperator<Disk> harm) {
        seen = harm.apply(disk);
        log = openLog();
    }

    /** @param losePowerIn the change of the disk at which the power fails; 0 for none */
    void append(int count, int bytes, boolean newTerm, int losePowerIn, long seed) {
        // a term that an earlier append may have left behind must never come again with other entries
        term = Math.max(term, model.lastTerm()) + (newTerm ? 1 : 0);
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long index = model.lastIndex() + 1 + i;
            entries.add(
                    (seed + i) % 7 == 0
                            ? Entries.configuration(index, term, "10.0.0.1:" + (1 + index % 9), "h:2:0:5")
                            : Entries.data(index, term, (int) ((bytes + i * 97L) % 3000)));
        }
        List<Model> prefixes = new ArrayList<>();
        for (int taken = 0; taken < count; taken++) {
            prefixes.add(model.with(entries.subList(0, taken)));
        }
        call(losePowerIn, seed, prefixes, model.with(entries), () -> log.appendEntries(entries) == count);
    }

    void truncatePrefix(int percent, int losePowerIn, long seed) {
        long index = model.firstIndex() + (model.entries().size() + 2L) * percent / 100;
        call(losePowerIn, seed, List.of(model), model.from(index), () -> log.truncatePrefix(index));
    }

    void truncateSuffix(int percent, int losePowerIn, long seed) {
        long index = model.lastIndex() - (long) model.entries().size() * percent / 100;
        term = model.lastTerm() + 1;
        call(losePowerIn, seed, List.of(model), model.to(index), () -> log.truncateSuffix(index));
    }

    void reset(int distance, int losePowerIn, long seed) {
        long index = Math.max(1, model.lastIndex() + distance);
        call(losePowerIn, seed, List.of(model), new Model(index, List.of()), () -> log.reset(index));
    }

    void restartProcess(boolean orderly) {
        if (orderly) {
            log.shutdown();
        }
        disk.restartProcess();
        log = openLog();
        assertIsOneOf(List.of(model));
    }

    void losePower(int againDuringOpen, long seed) {
        recover(new Random(seed), againDuringOpen, List.of(model));
    }

    /** An append whose sync fails: nothing is known of it, and the log stops until the process has started again. */
    void appendWithFailingSync(int count, int bytes, long seed) {
        disk.failNextForce();
        term = Math.max(term, model.lastTerm());
        List<LogEntry> entries = new ArrayList<>();
        List<Model> possible = new ArrayList<>(List.of(model));
        for (int i = 0; i < count; i++) {
            entries.add(Entries.data(model.lastIndex() + 1 + i, term, (int) ((bytes + seed * i) % 700)));
            possible.add(model.with(entries));
        }
        assertThat(log.appendEntries(entries)).isZero();
        assertThat(failures).hasSize(1);
        assertThat(log.appendEntries(entries)).as("after a failed sync").isZero();
        failures.clear();
        disk.restartProcess();
        log = openLog();
        assertIsOneOf(possible);
    }

    /** One bit of the log changes while nobody looks: the next open must refuse, or find every entry as it was. */
    void flipBit(Random random) {
        log.shutdown();
        disk.restartProcess();
        SimulatedDisk changed = disk.copy();
        try {
            List<String> names = changed.list(DIRECTORY);
            Path file = DIRECTORY.resolve(names.get(random.nextInt(names.size())));
            byte[] content = changed.content(file);
            if (content.length > 0) {
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                changed.replace(file, content);
                List<Throwable> met = new ArrayList<>();
                SegmentedLogStorage found =
                        SegmentedLogStorage.open(changed, DIRECTORY, OPTIONS, Runnable::run, () -> ++salt, met::add);
                Entries.assertHolds(found, model.firstIndex(), model.entries());
            }
        } catch (CorruptLogException refused) {
            assertThat(refused).hasMessageContaining(DIRECTORY.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        log = openLog();
        assertIsOneOf(List.of(model));
    }

    private interface Call {
        boolean run();
    }

    private void call(int losePowerIn, long seed, List<Model> ifNot, Model ifDone, Call call) {
        disk.losePowerIn(losePowerIn == 0 ? Long.MAX_VALUE : losePowerIn);
        boolean acknowledged = call.run();
        boolean hasPower = disk.hasPower();
        if (acknowledged) {
            model = ifDone;
        }
        if (hasPower) {
            assertThat(acknowledged).isTrue();
            assertThat(failures).isEmpty();
            disk.losePowerIn(Long.MAX_VALUE);
            assertIsOneOf(List.of(model));
            return;
        }
        List<Model> possible = new ArrayList<>(List.of(ifDone));
        if (!acknowledged) {
            assertThat(failures).hasSize(1);
            possible.addAll(ifNot);
        }
        recover(new Random(seed), (int) Math.floorMod(seed, 9L), possible);
    }

    private void recover(Random random, int againDuringOpen, List<Model> possible) {
        disk.restartAfterPowerLoss(random);
        failures.clear();
        if (againDuringOpen > 0) {
            disk.losePowerIn(againDuringOpen);
            try {
                SegmentedLogStorage.open(seen, DIRECTORY, OPTIONS, Runnable::run, () -> ++salt, failures::add);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("power");
            }
            disk.restartAfterPowerLoss(random);
            failures.clear();
        }
        log = openLog();
        assertIsOneOf(possible);
    }

    private SegmentedLogStorage openLog() {
        try {
            return SegmentedLogStorage.open(seen, DIRECTORY, OPTIONS, Runnable::run, () -> ++salt, failures::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The log shows one of {@code possible}, which then is what it must go on showing. */
    private void assertIsOneOf(List<Model> possible) {
        model = possible.stream()
                .filter(candidate -> candidate.firstIndex() == log.getFirstLogIndex()
                        && candidate.lastIndex() == log.getLastLogIndex())
                .findFirst()
                .orElseThrow(() -> new AssertionError("log is [" + log.getFirstLogIndex() + ", "
                        + log.getLastLogIndex() + "], should be one of "
                        + possible.stream()
                                .map(each -> "[" + each.firstIndex() + ", " + each.lastIndex() + "]")
                                .toList()));
        Entries.assertHolds(log, model.firstIndex(), model.entries());
        assertThat(failures).isEmpty();
    }

    /** A fresh open hands exactly the configurations of the log to the engine. */
    void assertConfigurationsSurvive() {
        restartProcess(true);
        ConfigurationManager configurations = new ConfigurationManager();
        assertThat(log.init(Entries.engineOptions(configurations))).isTrue();
        List<LogEntry> expected = model.entries().stream()
                .filter(entry -> entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION)
                .toList();
        for (int i = expected.size() - 1; i >= 0; i--) {
            ConfigurationEntry last = configurations.getLastConfiguration();
            assertThat(last.getId()).isEqualTo(expected.get(i).getId());
            assertThat(last.getConf().getPeers()).isEqualTo(expected.get(i).getPeers());
            configurations.truncateSuffix(last.getId().getIndex() - 1);
        }
        assertThat(configurations.getLastConfiguration().getId().getIndex()).isZero();
    }
}

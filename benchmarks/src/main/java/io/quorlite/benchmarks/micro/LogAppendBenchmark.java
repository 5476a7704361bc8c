package io.quorlite.benchmarks.micro;

import io.quorlite.raft.log.LogOptions;
import io.quorlite.raft.log.SegmentedLogStorage;
import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.LogId;
import io.quorlite.sofajraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.quorlite.sofajraft.option.LogStorageOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Entries of 1 KiB appended to the log, one sync for all of an append; figures are for an append. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogAppendBenchmark {
    /** From which index on the log is begun anew, so that it does not fill the disk. */
    private static final long KEPT_MAX = 200_000;

    @Param({"1", "16", "128"})
    private int entries = 1;

    private final Path folder = Samples.folder();
    private final byte[] data = Samples.value(1024).toByteArray();
    private final SegmentedLogStorage log = open(folder);
    private long next = 1;

    private static SegmentedLogStorage open(Path folder) {
        SegmentedLogStorage log;
        try {
            log = SegmentedLogStorage.open(folder, LogOptions.DEFAULT, failure -> {
                throw new IllegalStateException(failure);
            });
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        LogStorageOptions options = new LogStorageOptions();
        options.setGroupId("jmh");
        options.setConfigurationManager(new ConfigurationManager());
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        if (!log.init(options)) {
            throw new IllegalStateException("the log does not open");
        }
        return log;
    }

    @Benchmark
    public int append() {
        List<LogEntry> batch = new ArrayList<>(entries);
        for (int i = 0; i < entries; i++) {
            LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
            entry.setId(new LogId(next++, 1));
            entry.setData(ByteBuffer.wrap(data));
            batch.add(entry);
        }
        int appended = log.appendEntries(batch);
        if (appended != entries) {
            throw new IllegalStateException("appended " + appended);
        }
        if (next % KEPT_MAX < entries) {
            log.truncatePrefix(next - 1);
        }
        return appended;
    }

    @TearDown
    public void close() throws IOException {
        log.shutdown();
        Samples.delete(folder);
    }
}

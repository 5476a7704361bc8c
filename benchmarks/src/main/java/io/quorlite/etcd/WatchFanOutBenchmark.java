package io.quorlite.etcd;

import io.quorlite.benchmarks.micro.Samples;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.watch.WatchBatch;
import io.quorlite.watch.WatchHistory;
import io.quorlite.watch.WatchHub;
import io.quorlite.watch.WatchLimits;
import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchRequest;
import io.quorlite.watch.WatchSink;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One event of 256 bytes from the hub through the encoder to every watcher's stream; figures are for an event with all its watchers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WatchFanOutBenchmark {
    @Param({"1", "100", "1000"})
    private int watchers = 1;

    private final WatchHub hub = new WatchHub(new Nothing(), Runnable::run, WatchLimits.DEFAULT, 1);
    private final WatchEncoder encoder = new WatchEncoder(new NodeIdentity(11, 12, () -> 13), 2 << 20);
    private final Bytes value = Samples.value(256);
    private long main = 1;
    private long bytes;

    @Setup(Level.Trial)
    public void open() {
        for (int i = 0; i < watchers; i++) {
            hub.open(new Sink())
                    .create(new WatchRequest(
                            KeyRange.prefix(Bytes.utf8("/registry/pods/")), 0, 0, false, false, false, false));
        }
    }

    @Benchmark
    public long publish() {
        main++;
        KeyValue kv = new KeyValue(Samples.key((int) (main % Samples.KEYS)), value, main, main, 1, 0);
        hub.publish(main, List.of(new KeyEvent(kv, 0, null)), (key, revision) -> null);
        return bytes;
    }

    private final class Sink implements WatchSink {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void deliver(WatchMessage message) {
            for (EncodedReply frame : encoder.encode(message, false)) {
                bytes += frame.sizeBytes();
            }
        }

        @Override
        public void fail(Throwable cause) {
            throw new IllegalStateException(cause);
        }
    }

    /** Nobody catches up here. */
    private static final class Nothing implements WatchHistory {
        @Override
        public WatchBatch read(long from, long to, Predicate<Bytes> wanted, int revisionsMax, long bytesMax) {
            return new WatchBatch(List.of(), to);
        }

        @Override
        public long compactRevision() {
            return -1;
        }

        @Override
        public @Nullable KeyValue before(Bytes key, long mainRevision) {
            return null;
        }
    }
}

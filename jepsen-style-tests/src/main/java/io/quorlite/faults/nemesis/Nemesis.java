package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import io.quorlite.faults.history.HistoryRecorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Begins and ends faults by a schedule that comes from a seed: a quiet time, a fault, its end, and so on. Of several kinds
 * each has a thread of its own, so that they overlap; the acts themselves take turns.
 */
public final class Nemesis {
    private static final int QUIET_MILLIS_MIN = 1_000;
    private static final int QUIET_MILLIS_MAX = 4_000;

    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(10);

    private final FaultCluster cluster;
    private final HistoryRecorder history;
    private final Object acting = new Object();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Exception failure;
    private int count;

    public Nemesis(FaultCluster cluster, HistoryRecorder history, List<FaultKind> kinds, long seed) {
        this.cluster = cluster;
        this.history = history;
        for (FaultKind kind : kinds) {
            Fault fault = kind.on(cluster);
            if (fault != null) {
                Random random = new Random(seed * 31 + kind.ordinal());
                threads.add(new Thread(() -> run(kind, fault, random), "nemesis-" + kind.argument()));
            }
        }
    }

    public void start() {
        threads.forEach(Thread::start);
    }

    /** Ends the fault that is on, and begins no more. Returns how many there were. */
    public int stop() throws InterruptedException, IOException {
        stopped.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure != null) {
            throw new IOException("the nemesis failed", failure);
        }
        return count;
    }

    private void run(FaultKind kind, Fault fault, Random random) {
        try {
            while (!rest(QUIET_MILLIS_MIN + random.nextInt(QUIET_MILLIS_MAX - QUIET_MILLIS_MIN))) {
                strike(kind, fault, random);
            }
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            failure = new IOException(kind.argument(), e);
        }
    }

    private void strike(FaultKind kind, Fault fault, Random random) throws IOException, InterruptedException {
        String target;
        synchronized (acting) {
            target = fault.begin(random);
            history.faultBegan(kind.argument(), target);
            count++;
        }
        rest(fault.holdMillis(random));
        synchronized (acting) {
            fault.end();
            history.faultEnded(kind.argument(), target);
        }
        // A cluster that never comes round has no promises left to break; yet recovery is a time to be struck in, too.
        if (random.nextInt(4) > 0) {
            cluster.awaitRecovery(RECOVERY_LIMIT);
        }
    }

    /** Waits so long; true as soon as the run is over. An act is never cut short, so nothing stays half done. */
    private boolean rest(long millis) throws InterruptedException {
        return stopped.await(millis, TimeUnit.MILLISECONDS);
    }
}

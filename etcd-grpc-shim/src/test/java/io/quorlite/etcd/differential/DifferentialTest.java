package io.quorlite.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.etcd.reference.RealEtcd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/**
 * Random sequences of calls and watches, told to this store and to a real etcd: every response and every watch the same. A
 * sequence that differs prints its steps; its seed belongs into {@link KnownDifferencesTest}.
 */
@AddLifecycleHook(DifferentialTest.SkipWithoutEtcd.class)
class DifferentialTest {
    private static final int SEQUENCES = 2_000;
    private static final int STEPS = 30;

    /** Sequences that one try shares out. */
    private static final int BATCH = 100;

    /** Sequences wait more than they work (etcd looks at watches of the past ten times a second), so some run side by side. */
    private static final int PAIRS = 5;

    private static final int ETCDS_GONE_MAX = 3;
    private static final AtomicInteger etcdsGone = new AtomicInteger();

    private static Path folder;
    private static final BlockingQueue<Pair> idle = new ArrayBlockingQueue<>(PAIRS);
    private static final ExecutorService threads = Executors.newFixedThreadPool(PAIRS);

    @BeforeContainer
    static void start() throws Exception {
        if (RealEtcd.programs().isPresent()) {
            folder = Files.createTempDirectory("quorlite-differential");
            for (int i = 0; i < PAIRS; i++) {
                idle.add(new Pair(folder.resolve("pair-" + i)));
            }
        }
    }

    @AfterContainer
    static void stop() throws IOException, InterruptedException {
        threads.shutdownNow();
        // After a difference some are still under way, and give their pair back first.
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        if (folder != null) {
            idle.forEach(Pair::close);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Property(tries = SEQUENCES / BATCH, shrinking = ShrinkingMode.OFF)
    void answersAndWatchesAreThoseOfEtcd(@ForAll("seeds") long first) throws Exception {
        List<Future<String>> differences = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            long seed = first + i;
            differences.add(threads.submit(() -> difference(seed)));
        }
        for (int i = 0; i < BATCH; i++) {
            assertThat(differences.get(i).get()).as("seed " + (first + i)).isEmpty();
        }
    }

    /** A watch that ends shows as a failure of the comparison itself. */
    private static String difference(long seed) throws Exception {
        Pair pair = idle.take();
        try {
            String difference = told(pair, seed);
            if (difference.isEmpty() || !pair.etcdHasEnded()) {
                return difference;
            }
            // Another in its place, not more often than a few times, and said aloud.
            int gone = etcdsGone.incrementAndGet();
            if (gone > ETCDS_GONE_MAX) {
                return difference;
            }
            System.err.println("a new pair, as " + pair.etcdEnding());
            pair.close();
            pair = new Pair(folder.resolve("pair-after-" + gone));
            return told(pair, seed);
        } finally {
            idle.add(pair);
        }
    }

    private static String told(Pair pair, long seed) throws InterruptedException {
        try {
            return pair.difference(sequence(seed));
        } catch (RuntimeException | AssertionError e) {
            return String.valueOf(e);
        }
    }

    private static List<Step> sequence(long seed) {
        Steps steps = new Steps(new Random(seed));
        return Stream.generate(steps::next).limit(STEPS).toList();
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Arbitraries.randomValue(Random::nextLong);
    }

    /** jqwik's way to skip a class with a reason. */
    static final class SkipWithoutEtcd implements SkipExecutionHook {
        @Override
        public SkipResult shouldBeSkipped(LifecycleContext context) {
            return RealEtcd.programs().isPresent() ? SkipResult.doNotSkip() : SkipResult.skip(RealEtcd.MISSING);
        }
    }
}

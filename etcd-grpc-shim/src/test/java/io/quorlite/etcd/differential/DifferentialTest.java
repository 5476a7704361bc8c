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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    /** Sequences wait more than they work (etcd looks at watches of the past ten times a second), so some run side by side. */
    private static final int PAIRS = 3;

    private static final int ETCDS_GONE_MAX = 3;
    private static int etcdsGone;

    private static Path folder;
    private static final List<Pair> pairs = new ArrayList<>();
    private static final ExecutorService threads = Executors.newFixedThreadPool(PAIRS);

    @BeforeContainer
    static void start() throws Exception {
        if (RealEtcd.programs().isPresent()) {
            folder = Files.createTempDirectory("quorlite-differential");
            for (int i = 0; i < PAIRS; i++) {
                pairs.add(new Pair(folder.resolve("pair-" + i)));
            }
        }
    }

    @AfterContainer
    static void stop() throws IOException {
        threads.shutdownNow();
        if (!pairs.isEmpty()) {
            pairs.forEach(Pair::close);
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Property(tries = (SEQUENCES + PAIRS - 1) / PAIRS, shrinking = ShrinkingMode.OFF)
    void answersAndWatchesAreThoseOfEtcd(@ForAll("seeds") long seed) throws Exception {
        List<Future<String>> differences = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            Pair pair = pairs.get(i);
            List<Step> sequence = sequence(seed + i);
            differences.add(threads.submit(() -> pair.difference(sequence)));
        }
        for (int i = 0; i < PAIRS; i++) {
            String difference = told(differences.get(i));
            if (!difference.isEmpty() && etcdGone(i)) {
                difference = pairs.get(i).difference(sequence(seed + i));
            }
            assertThat(difference).as("seed " + (seed + i)).isEmpty();
        }
    }

    /** A watch that ends shows as a failure of the comparison itself. */
    private static String told(Future<String> difference) throws InterruptedException {
        try {
            return difference.get();
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        }
    }

    /** Puts another pair in the place of one whose etcd ended by itself; not more often than a few times, and said aloud. */
    private static boolean etcdGone(int place) throws Exception {
        Pair pair = pairs.get(place);
        if (!pair.etcdHasEnded() || ++etcdsGone > ETCDS_GONE_MAX) {
            return false;
        }
        System.err.println("a new pair, as " + pair.etcdEnding());
        pair.close();
        pairs.set(place, new Pair(folder.resolve("pair-" + place + "-after-" + etcdsGone)));
        return true;
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

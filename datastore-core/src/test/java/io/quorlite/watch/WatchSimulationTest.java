package io.quorlite.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchSimulationTest {
    /** More on a machine with time: {@code -Dwatch.seeds=100000}. */
    private static final int SEEDS = Integer.getInteger("watch.seeds", 2_000);

    private static final int STEPS = 150;

    @Test
    void keepsTheRulesWhateverTheOrderOfSteps() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            keepsTheRulesWithSeed(seed);
        }
    }

    /** Seeds that once failed stay here. */
    @ParameterizedTest
    @ValueSource(longs = {0})
    void keepsTheRulesWithSeed(long seed) {
        List<String> breaches = new WatchSimulation(seed).run(STEPS);

        assertThat(breaches).as("seed %d", seed).isEmpty();
    }
}

package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A seed that fails is replayed with {@link Simulate}, and stays here for good. */
class DatastoreSimulationTest {
    private static final Logger log = LoggerFactory.getLogger(DatastoreSimulationTest.class);
    private static final int FIXED_SEEDS = 40;
    private static final int SQLITE_SEEDS = 3;
    private static final int MUTANT_SEEDS = 60;

    /** For seeds that nobody has tried; more on a machine with time: {@code -Dsimulation.minutes=10}. */
    private static final double MINUTES = Double.parseDouble(System.getProperty("simulation.minutes", "0.5"));

    @Test
    void runsTheSameSeedTheSameWay() {
        for (long seed = 1; seed <= 5; seed++) {
            List<String> once = DatastoreSimulation.run(seed, SimulationMutant.NONE, false, true)
                    .trace();
            List<String> again = DatastoreSimulation.run(seed, SimulationMutant.NONE, false, true)
                    .trace();
            assertThat(once).hasSizeGreaterThan(100).isEqualTo(again);
        }
    }

    @Test
    void keepsItsPromises() {
        for (long seed = 1; seed <= FIXED_SEEDS; seed++) {
            keepsItsPromisesWithSeed(seed);
        }
    }

    @Test
    void keepsItsPromisesOnSqlite() {
        for (long seed = 1; seed <= SQLITE_SEEDS; seed++) {
            assertThat(run(seed, SimulationMutant.NONE, true).breaches())
                    .as("seed %d on SQLite", seed)
                    .isEmpty();
        }
    }

    @Test
    void keepsItsPromisesWithSeedsNobodyHasTried() {
        long first = Long.getLong("simulation.seed", System.nanoTime() >>> 8);
        long end = System.nanoTime() + (long) (MINUTES * 60e9);
        long seed = first;
        for (; System.nanoTime() < end; seed++) {
            keepsItsPromisesWithSeed(seed);
        }
        log.info("simulated members with seeds {} to {}", first, seed - 1);
    }

    /** Seeds that once failed. */
    @ParameterizedTest
    @ValueSource(longs = {0})
    void keepsItsPromisesWithSeed(long seed) {
        assertThat(run(seed, SimulationMutant.NONE, false).breaches())
                .as("seed %d; replay it with Simulate --seed %d --seeds 1 --trace", seed, seed)
                .isEmpty();
    }

    static Stream<String> mutants() {
        return SimulationMutants.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void findsPlantedDefects(String defect) {
        SimulationMutant mutant = SimulationMutants.all().get(defect);
        for (long seed = 1; seed <= MUTANT_SEEDS; seed++) {
            var breaches = run(seed, mutant, false).breaches();
            if (!breaches.isEmpty()) {
                String first = breaches.get(0);
                log.info("{}: seed {}: {}", defect, seed, first.substring(0, Math.min(100, first.length())));
                return;
            }
        }
        throw new AssertionError("not found with " + MUTANT_SEEDS + " seeds: " + defect);
    }

    private static DatastoreSimulation.Outcome run(long seed, SimulationMutant mutant, boolean sqlite) {
        return DatastoreSimulation.run(seed, mutant, sqlite, false);
    }
}

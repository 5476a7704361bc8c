package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.simulation.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A seed that fails stays here for good. */
class DatastoreSimulationTest {
    private static final Logger log = LoggerFactory.getLogger("simulation");
    private static final int FIXED_SEEDS = 40;
    private static final int SQLITE_SEEDS = 3;
    private static final int MUTANT_SEEDS = 60;

    private static final double MINUTES = 0.7; // some thousand seeds

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
    void keepsItsPromises() throws IOException {
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
    void keepsItsPromisesWithSeedsNobodyHasTried() throws Exception {
        Seeds.run("members", MINUTES, this::keepsItsPromisesWithSeed);
    }

    /** Seeds that once failed. */
    @ParameterizedTest
    @ValueSource(longs = {0})
    void keepsItsPromisesWithSeed(long seed) throws IOException {
        List<String> breaches = run(seed, SimulationMutant.NONE, false).breaches();
        if (!breaches.isEmpty()) {
            Path trace =
                    Files.createDirectories(Path.of("target", "simulation")).resolve("seed-" + seed + ".txt");
            Files.write(
                    trace,
                    DatastoreSimulation.run(seed, SimulationMutant.NONE, false, true)
                            .trace());
            throw new AssertionError("seed " + seed + " (all that happened is in " + trace.toAbsolutePath()
                    + "; again with -Dsimulation.seed=" + seed + " -Dsimulation.seeds=1): " + breaches);
        }
    }

    static Stream<String> mutants() {
        return SimulationMutants.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void findsPlantedDefects(String defect) {
        SimulationMutant mutant = Objects.requireNonNull(SimulationMutants.all().get(defect));
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

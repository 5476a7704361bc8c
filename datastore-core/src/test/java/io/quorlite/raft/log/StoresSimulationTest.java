package io.quorlite.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.simulation.Seeds;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class StoresSimulationTest {
    private static final Logger log = LoggerFactory.getLogger("simulation");
    private static final int FIXED_SEEDS = 300;
    private static final int MUTANT_SEEDS = 100;
    private static final int STEPS = 60;

    private static final double MINUTES = 0.4;

    @Test
    void keepsWhatItAcknowledged() {
        for (long seed = 1; seed <= FIXED_SEEDS; seed++) {
            keepsWhatItAcknowledgedWithSeed(seed);
        }
    }

    @Test
    void keepsWhatItAcknowledgedWithSeedsNobodyHasTried() throws Exception {
        Seeds.run("stores", MINUTES, this::keepsWhatItAcknowledgedWithSeed);
    }

    /** Seeds that once failed. */
    @ParameterizedTest
    @ValueSource(longs = {0})
    void keepsWhatItAcknowledgedWithSeed(long seed) {
        try {
            StoresSimulation.run(seed, STEPS, disk -> disk);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + seed + "; again with -Dsimulation.seed=" + seed + " -Dsimulation.seeds=1", e);
        }
    }

    private static final Map<String, UnaryOperator<Disk>> MUTANTS = new LinkedHashMap<>();

    static {
        MUTANTS.put("the vote store does not sync", disk -> new DeafDisk(disk, (call, path) -> path.endsWith("vote")));
        MUTANTS.put(
                "the log acknowledges before it syncs",
                disk -> new DeafDisk(disk, (call, path) -> path.toString().endsWith(".segment")));
        MUTANTS.put(
                "directories are not synced",
                disk -> new DeafDisk(disk, (call, path) -> call == DeafDisk.Call.SYNC_DIRECTORY));
        MUTANTS.put(
                "the announcement of a truncation is not synced",
                disk -> new DeafDisk(
                        disk,
                        (call, path) -> call == DeafDisk.Call.FORCE
                                && path.startsWith("log")
                                && !path.toString().endsWith(".segment")));
        MUTANTS.put("every eighth sync is left out", disk -> {
            int[] calls = new int[1];
            return new DeafDisk(disk, (call, path) -> ++calls[0] % 8 == 0);
        });
    }

    static Stream<String> mutants() {
        return MUTANTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void findsPlantedDefects(String defect) {
        UnaryOperator<Disk> mutant = Objects.requireNonNull(MUTANTS.get(defect));
        for (long seed = 1; seed <= MUTANT_SEEDS; seed++) {
            try {
                StoresSimulation.run(seed, STEPS, mutant);
            } catch (RuntimeException | AssertionError found) {
                log.info("{}: seed {}", defect, seed);
                return;
            }
        }
        assertThat(defect).as("not found with %d seeds", MUTANT_SEEDS).isNull();
    }
}

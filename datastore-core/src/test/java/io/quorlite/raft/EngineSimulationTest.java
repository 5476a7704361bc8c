package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.quorlite.raft.log.DeafDisk;
import io.quorlite.raft.log.Disk;
import io.quorlite.simulation.Seeds;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class EngineSimulationTest {
    private static final Logger log = LoggerFactory.getLogger("simulation");
    private static final long RUN_MILLIS = 5_000;

    private static final double MINUTES = 0.9; // a handful of seeds: they wait for real time

    @TempDir
    Path temp;

    @BeforeAll
    static void quiet() {
        for (String name : List.of("io.quorlite.raft", "io.quorlite.sofajraft")) {
            ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(name)).setLevel(Level.OFF);
        }
    }

    /** Fixed seeds, and those that once failed. */
    @ParameterizedTest
    @CsvSource({"1, 3", "2, 5"})
    void keepsRaftsPromisesWithSeed(long seed, int members) throws Exception {
        assertThat(run(seed, members, disk -> disk))
                .as(
                        "seed %d with %d members; mostly again with -Dsimulation.seed=%d -Dsimulation.seeds=1",
                        seed, members, seed)
                .isEmpty();
    }

    @Test
    void keepsRaftsPromisesWithSeedsNobodyHasTried() throws Exception {
        Seeds.run("engines", MINUTES, seed -> keepsRaftsPromisesWithSeed(seed, seed % 2 == 0 ? 3 : 5));
    }

    @Test
    void findsALogThatAcknowledgesBeforeItSyncs() throws Exception {
        UnaryOperator<Disk> deaf = disk -> new DeafDisk(
                disk,
                (call, path) -> call == DeafDisk.Call.FORCE && path.toString().endsWith(".segment"));
        for (long seed = 1; seed <= 10; seed++) {
            List<String> breaches = run(seed, 3, deaf);
            if (!breaches.isEmpty()) {
                log.info("a log that does not sync: seed {}: {}", seed, breaches.get(0));
                return;
            }
        }
        throw new AssertionError("not found");
    }

    private List<String> run(long seed, int members, UnaryOperator<Disk> harm) throws Exception {
        Path directory = temp.resolve("seed" + seed + "-" + System.nanoTime());
        try (EngineSimulation simulation = new EngineSimulation(seed, members, directory, harm)) {
            List<String> breaches = simulation.run(RUN_MILLIS);
            log.info(
                    "engine seed {}: {} members, {} terms, {} acknowledged, {}",
                    seed,
                    members,
                    simulation.record().terms(),
                    simulation.record().acknowledgedCount(),
                    breaches);
            return breaches;
        }
    }
}

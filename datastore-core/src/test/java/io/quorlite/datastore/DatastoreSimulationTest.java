package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatastoreSimulationTest {
    @Test
    void runsTheSameSeedTheSameWay() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(DatastoreSimulation.run(seed, SimulationMutant.NONE, false)
                            .trace())
                    .isEqualTo(DatastoreSimulation.run(seed, SimulationMutant.NONE, false)
                            .trace());
        }
    }

    @Test
    void keepsItsPromises() {
        long from = Long.getLong("simulation.seed", 1);
        int seeds = Integer.getInteger("simulation.seeds", 50);
        for (long seed = from; seed < from + seeds; seed++) {
            DatastoreSimulation.Outcome outcome = DatastoreSimulation.run(seed, SimulationMutant.NONE, false);
            if (!outcome.breaches().isEmpty()) {
                outcome.trace().forEach(System.err::println);
            }
            assertThat(outcome.breaches()).as("seed %d", seed).isEmpty();
        }
    }
}

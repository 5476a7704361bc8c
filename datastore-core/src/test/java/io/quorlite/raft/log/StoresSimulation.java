package io.quorlite.raft.log;

import io.quorlite.simulation.Simulation;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * A member's log and votes through appends, truncations, failed syncs, flipped bits and losses of power at any write, in one
 * thread. One seed is one run; what is broken is thrown.
 */
final class StoresSimulation {
    private StoresSimulation() {}

    static void run(long seed, int steps, UnaryOperator<Disk> harm) {
        Random random = new Simulation(seed).random();
        LogMachine log = new LogMachine(harm);
        VoteMachine votes = new VoteMachine(harm);
        for (int step = 0; step < steps; step++) {
            int losePowerIn = random.nextInt(3) == 0 ? 1 + random.nextInt(16) : 0;
            long chance = random.nextInt(1_000_000);
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3 ->
                    log.append(1 + random.nextInt(7), random.nextInt(400), random.nextInt(3) == 0, losePowerIn, chance);
                case 4 -> log.truncateSuffix(random.nextInt(101), losePowerIn, chance);
                case 5 -> log.truncatePrefix(random.nextInt(101), losePowerIn, chance);
                case 6 -> log.restartProcess(random.nextBoolean());
                case 7 -> log.losePower(random.nextInt(9), chance);
                case 8 -> log.appendWithFailingSync(1 + random.nextInt(3), random.nextInt(300), chance);
                case 9 -> log.flipBit(random);
                case 10 -> votes.failSync(random);
                default -> votes.vote(random, random.nextInt(3) == 0);
            }
        }
    }
}

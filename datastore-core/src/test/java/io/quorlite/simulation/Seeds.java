package io.quorlite.simulation;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seeds for a while: {@code -Dsimulation.minutes=10} takes longer than a build has time for, {@code -Dsimulation.seed=7} begins
 * with that one, {@code -Dsimulation.seeds=1} ends after so many.
 */
public final class Seeds {
    private static final Logger log = LoggerFactory.getLogger("simulation");

    private Seeds() {}

    /** Runs one seed, and throws if it fails. */
    public interface Run {
        void run(long seed) throws Exception;
    }

    /** Runs seeds that nobody has tried, and says which. */
    public static void run(String what, double minutes, Run run) throws Exception {
        double given = Double.parseDouble(System.getProperty("simulation.minutes", String.valueOf(minutes)));
        long first = Long.getLong("simulation.seed", System.nanoTime() >>> 8);
        long count = Long.getLong("simulation.seeds", Long.MAX_VALUE);
        long end = System.nanoTime() + (long) (given * 60e9);
        log.info("{}: seeds from {} on", what, first);
        long done = 0;
        do {
            run.run(first + done);
            done++;
        } while (done < count && System.nanoTime() < end);
        log.info("{}: {} seeds from {} on, none failed", what, done, first);
    }
}

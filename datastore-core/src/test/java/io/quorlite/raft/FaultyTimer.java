package io.quorlite.raft;

import io.quorlite.sofajraft.util.timer.Timeout;
import io.quorlite.sofajraft.util.timer.Timer;
import io.quorlite.sofajraft.util.timer.TimerTask;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A timer whose timeouts pass too early or too late, by a seeded random, as those of a host that sleeps or whose clock drifts. */
final class FaultyTimer implements Timer {
    private static final double EARLY = 0.15;
    private static final double LATE = 0.15;
    private static final double FACTOR_MAX = 4;

    private final Timer timer;
    private final Random random;

    FaultyTimer(Timer timer, Random random) {
        this.timer = timer;
        this.random = random;
    }

    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
        return timer.newTimeout(task, Math.round(unit.toMicros(delay) * factor()), TimeUnit.MICROSECONDS);
    }

    private double factor() {
        double draw = random.nextDouble();
        if (draw < EARLY) {
            return random.nextDouble();
        }
        return draw < EARLY + LATE ? 1 + (FACTOR_MAX - 1) * random.nextDouble() : 1;
    }

    @Override
    public Set<Timeout> stop() {
        return timer.stop();
    }
}

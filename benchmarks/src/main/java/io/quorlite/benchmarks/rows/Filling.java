package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.ClosedLoop;
import io.quorlite.benchmarks.load.Puts;
import io.quorlite.benchmarks.load.Target;

/** Puts every one of so many keys of 1 KiB once. */
final class Filling {
    static final int VALUE_BYTES = 1024;
    private static final int IN_FLIGHT = 128;
    private static final double SLICE_SECONDS = 0.5;

    private Filling() {}

    static void fill(Target target, int keys) throws InterruptedException {
        ClosedLoop puts = new ClosedLoop(new Puts(target, keys, VALUE_BYTES));
        for (long done = 0; done < keys; ) {
            done += puts.run(IN_FLIGHT, SLICE_SECONDS).operations();
        }
    }
}

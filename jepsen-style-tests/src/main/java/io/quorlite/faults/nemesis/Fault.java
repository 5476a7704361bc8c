package io.quorlite.faults.nemesis;

import java.io.IOException;
import java.util.Random;

/** One way to harm a cluster, again and again. Used by one thread; {@code begin} and {@code end} alternate. */
interface Fault {
    /** Begins, and says whom it hits. */
    String begin(Random random) throws IOException, InterruptedException;

    /** Ends: whatever it took away is given back, and nodes that it stopped run again. */
    void end() throws IOException, InterruptedException;

    /** How long it lasts this time. */
    default long holdMillis(Random random) {
        return 1_000 + random.nextInt(4_000);
    }
}

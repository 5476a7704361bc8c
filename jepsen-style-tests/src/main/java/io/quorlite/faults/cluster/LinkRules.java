package io.quorlite.faults.cluster;

import java.util.Arrays;

/** What becomes of the bytes from each member to each other one. Thread-safe. */
public final class LinkRules {
    private final boolean[][] held;
    private final long[][] delayMillis;

    LinkRules(int members) {
        held = new boolean[members][members];
        delayMillis = new long[members][members];
    }

    /** From now on nothing that {@code from} sends arrives at {@code to}; it is kept until {@link #heal}. */
    public synchronized void hold(int from, int to) {
        held[from][to] = true;
    }

    /** From now on what {@code from} sends arrives at {@code to} so much later. */
    public synchronized void delay(int from, int to, long millis) {
        delayMillis[from][to] = millis;
    }

    /** Everything passes again, and what was kept arrives. */
    public synchronized void heal() {
        for (int from = 0; from < held.length; from++) {
            Arrays.fill(held[from], false);
            Arrays.fill(delayMillis[from], 0);
        }
        notifyAll();
    }

    synchronized long delayMillis(int from, int to) {
        return delayMillis[from][to];
    }

    /** Returns once bytes pass from {@code from} to {@code to}. */
    synchronized void awaitPassage(int from, int to) throws InterruptedException {
        while (held[from][to]) {
            wait();
        }
    }
}

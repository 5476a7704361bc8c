package io.quorlite.agent.join;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down who guesses tokens: after five wrong ones within a second nothing from that address is looked at until the second is over.
 * Remembers the addresses that were wrong last, so many at most. Thread-safe.
 */
final class GuessLimit {
    static final int WRONG_A_SECOND_MAX = 5;
    private static final int ADDRESSES_MAX = 4096;
    private static final long SECOND_NANOS = 1_000_000_000;

    private static final class Wrong {
        private long sinceNanos;
        private int count;
    }

    private final Map<String, Wrong> wrong = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Wrong> eldest) {
            return size() > ADDRESSES_MAX;
        }
    };

    synchronized boolean isExceeded(String address, long nowNanos) {
        Wrong here = wrong.get(address);
        return here != null && nowNanos - here.sinceNanos < SECOND_NANOS && here.count >= WRONG_A_SECOND_MAX;
    }

    synchronized void wrong(String address, long nowNanos) {
        Wrong here = wrong.remove(address); // to the end of the order: seen last
        if (here == null || nowNanos - here.sinceNanos >= SECOND_NANOS) {
            here = new Wrong();
            here.sinceNanos = nowNanos;
        }
        here.count++;
        wrong.put(address, here);
    }
}

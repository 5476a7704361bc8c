package io.quorlite.faults.mutants;

import java.util.concurrent.atomic.AtomicLong;

/** For mutants that go wrong now and then; public because their code ends up in the server's classes. Thread-safe. */
public final class Chance {
    private static final AtomicLong calls = new AtomicLong();

    private Chance() {}

    /** True at every {@code n}th call in this process. */
    public static boolean oneIn(int n) {
        return calls.incrementAndGet() % n == 0;
    }
}

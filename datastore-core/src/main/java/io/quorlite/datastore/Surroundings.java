package io.quorlite.datastore;

import io.quorlite.sqlite.SqliteStore;
import io.quorlite.sqlite.Store;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * What a member takes from outside itself, its log aside. A simulation gives it a clock, threads and a store of its own.
 *
 * @param nanoClock a monotonic clock, in nanoseconds
 * @param random numbers that no other life of this member draws again
 */
record Surroundings(LongSupplier nanoClock, LongSupplier random, Threads threads, Store.Factory stores) {
    static final Surroundings REAL =
            new Surroundings(System::nanoTime, new SecureRandom()::nextLong, NodeThreads::start, SqliteStore.FACTORY);

    /** Starts a member's threads. */
    interface Threads {
        NodeThreads start(String node, int readThreads);
    }
}

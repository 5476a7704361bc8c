package io.quorlite.sqlite;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A fixed number of read connections. A thread that finds none free waits; there are about as many as threads that read.
 * Thread-safe.
 */
final class ReadPool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ReadPool.class);
    private static final long CLOSE_WAIT_SECONDS = 10;

    private final int size;
    private final BlockingQueue<ReadConnection> free;
    private volatile boolean closed;

    ReadPool(List<ReadConnection> connections) {
        size = connections.size();
        free = new ArrayBlockingQueue<>(size, false, connections);
    }

    /** Runs {@code read} on a borrowed connection. */
    <T> T read(Function<RowReader, T> read) {
        ReadConnection connection = borrow();
        try {
            try {
                return read.apply(connection.rows());
            } finally {
                connection.end();
            }
        } finally {
            free.add(connection);
        }
    }

    private ReadConnection borrow() {
        try {
            while (!closed) {
                // Wakes up now and then to notice that the pool was closed.
                ReadConnection connection = free.poll(1, TimeUnit.SECONDS);
                if (connection != null) {
                    return connection;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a read connection", e);
        }
        throw new IllegalStateException("the database is closed");
    }

    /** Closes the connections as they come back. */
    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < size; i++) {
            ReadConnection connection = reclaim();
            if (connection == null) {
                // Closing it under its reader could crash the process; left open it costs the next start a recovery.
                log.warn("a read did not end in {} s, its connection stays open", CLOSE_WAIT_SECONDS);
                return;
            }
            connection.close();
        }
    }

    private @Nullable ReadConnection reclaim() {
        try {
            return free.poll(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}

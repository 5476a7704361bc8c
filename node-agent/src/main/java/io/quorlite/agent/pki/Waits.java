package io.quorlite.agent.pki;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the cluster in bounded time, where a thread may. */
final class Waits {
    private static final Duration MAX = Duration.ofSeconds(30);

    private Waits() {}

    /** @throws IOException with the reason why {@code what} did not come about, as far as is known */
    static <T> T get(CompletableFuture<T> future, String what) throws IOException {
        try {
            return future.get(MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException(what + " failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException(what + " took more than " + MAX.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(what + " was interrupted", e);
        }
    }
}

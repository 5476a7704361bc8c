package io.quorlite.raft.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of connections, on a thread that may block. Thread-safe. */
final class PeerEvents {
    private static final Logger LOG = LoggerFactory.getLogger(PeerEvents.class);

    private final List<PeerListener> listeners = new CopyOnWriteArrayList<>();
    private final Executor executor;

    PeerEvents(Executor executor) {
        this.executor = executor;
    }

    void add(PeerListener listener) {
        listeners.add(listener);
    }

    void remove(PeerListener listener) {
        listeners.remove(listener);
    }

    void tell(Consumer<PeerListener> event) {
        for (PeerListener listener : listeners) {
            try {
                executor.execute(() -> {
                    try {
                        event.accept(listener);
                    } catch (RuntimeException e) {
                        LOG.error("a listener of peer connections failed", e);
                    }
                });
            } catch (RejectedExecutionException e) {
                LOG.debug("the transport is closed", e);
            }
        }
    }
}

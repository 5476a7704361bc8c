package io.quorlite.raft.transport;

import io.quorlite.sofajraft.rpc.Connection;
import io.quorlite.sofajraft.rpc.impl.ConnectionClosedEventListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine takes for the connections of other members, one for each member, however often that member reconnects.
 *
 * <p>The engine keeps a thread, a sequence of requests and a queue of their answers for each pair of peers, and drops them
 * when it is told that their connection closed. Were it told of each closed socket, an answer to a request from before would
 * meet the sequence begun after, take another answer's place there, and all that follow would wait for ever. So it is told
 * only when a member has been away for so long that nothing of it can be under way any more; until then the sequence goes on.
 *
 * <p>Should an answer get lost all the same, the ones behind it never leave, and the member's log would stand still. Where
 * requests keep coming and no answer leaves for long, sequence and connection are given up and begun anew.
 */
final class PeerContexts implements PeerListener {
    private static final Logger LOG = LoggerFactory.getLogger(PeerContexts.class);

    private static final long AWAY_MILLIS = 5_000;

    /** Far beyond what a write to a disk that works takes. */
    static final long STALLED_MILLIS = 15_000;

    private final PeerTransport transport;
    private final long stalledNanos;
    private final List<ConnectionClosedEventListener> listeners = new CopyOnWriteArrayList<>();
    private final Map<Long, MemberConnection> connections = new ConcurrentHashMap<>();

    PeerContexts(PeerTransport transport, long stalledMillis) {
        this.transport = transport;
        this.stalledNanos = TimeUnit.MILLISECONDS.toNanos(stalledMillis);
    }

    void add(ConnectionClosedEventListener listener) {
        listeners.add(listener);
    }

    MemberConnection of(long memberId) {
        MemberConnection connection = connections.get(memberId);
        return connection != null ? connection : connections.computeIfAbsent(memberId, MemberConnection::new);
    }

    @Override
    public void departed(long memberId) {
        transport.runBesideAfter(AWAY_MILLIS, () -> {
            if (!transport.isPresent(memberId)) {
                drop(memberId);
            }
        });
    }

    /** Ends the engine's threads for all members. */
    void dropAll() {
        connections.keySet().forEach(this::drop);
    }

    private void drop(long memberId) {
        MemberConnection connection = connections.remove(memberId);
        if (connection != null) {
            for (ConnectionClosedEventListener listener : listeners) {
                listener.onClosed(MemberIds.text(memberId), connection);
            }
        }
    }

    final class MemberConnection implements Connection {
        private final long memberId;
        private final Map<String, Object> attributes = new ConcurrentHashMap<>();
        private int unanswered; // guarded by this, as is the next
        private long movedNanos; // when an answer left last, or the first request that waits for one came

        MemberConnection(long memberId) {
            this.memberId = memberId;
        }

        /** A request came whose answer has its place in the sequence. */
        void began() {
            boolean stalled;
            synchronized (this) {
                long now = System.nanoTime();
                if (unanswered == 0) {
                    movedNanos = now;
                }
                unanswered++;
                stalled = now - movedNanos > stalledNanos;
                if (stalled) {
                    unanswered = 0;
                }
            }
            if (stalled) {
                LOG.warn("answers to {} do not leave; its connection is begun anew", MemberIds.text(memberId));
                transport.runBeside(() -> drop(memberId));
                close();
            }
        }

        /** Its answer left. */
        synchronized void answered() {
            unanswered = Math.max(0, unanswered - 1);
            movedNanos = System.nanoTime();
        }

        @Override
        public @Nullable Object getAttribute(String key) {
            return attributes.get(key);
        }

        @Override
        public void setAttribute(String key, Object value) {
            attributes.put(key, value);
        }

        @Override
        public @Nullable Object setAttributeIfAbsent(String key, Object value) {
            return attributes.putIfAbsent(key, value);
        }

        /** The engine does this when too many answers are waiting for an earlier one. */
        @Override
        public void close() {
            transport.disconnectInbound(memberId, "the engine gave it up");
        }
    }
}

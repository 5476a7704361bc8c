package io.quorlite.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class PeerContextsTest {
    private static final long ONE = 0x11;
    private static final long TWO = 0x22;
    private static final long HOUR_MILLIS = 3_600_000;

    private final TransportCluster cluster = new TransportCluster();
    private final List<String> closed = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        cluster.close();
    }

    private PeerContexts contexts(PeerTransport transport, long stalledMillis) {
        PeerContexts contexts = new PeerContexts(transport, stalledMillis);
        contexts.add((address, connection) -> closed.add(address));
        transport.addListener(contexts);
        return contexts;
    }

    @Test
    void aMemberThatReconnectsKeepsWhatTheEngineKnowsOfIt() throws Exception {
        PeerTransport two = cluster.start(TWO);
        PeerContexts contexts = contexts(two, HOUR_MILLIS);
        PeerTransport one = cluster.start(ONE);
        one.keepConnected(List.of(TWO));
        Await.until("arrived", () -> two.isPresent(ONE));
        contexts.of(ONE).setAttribute("key", "value");

        two.disconnectInbound(ONE, "the test says so");
        Await.until("lost", () -> !one.isConnected(TWO) || two.isPresent(ONE));
        Await.until("back", () -> two.isPresent(ONE) && one.isConnected(TWO));

        assertThat(contexts.of(ONE).getAttribute("key")).isEqualTo("value");
        assertThat(closed).isEmpty();
    }

    @Test
    void aMemberThatStaysAwayIsForgotten() throws Exception {
        PeerTransport two = cluster.start(TWO);
        PeerContexts contexts = contexts(two, HOUR_MILLIS);
        PeerTransport one = cluster.start(ONE);
        TransportCluster.connect(one, TWO);
        contexts.of(ONE).setAttribute("key", "value");

        one.close();

        Await.until("forgotten", () -> !closed.isEmpty());
        assertThat(closed).containsExactly(MemberIds.text(ONE));
        assertThat(contexts.of(ONE).getAttribute("key")).isNull();
    }

    @Test
    void beginsAnewWhenAnswersStopLeaving() throws Exception {
        PeerContexts contexts = contexts(cluster.start(TWO), 1);
        PeerContexts.MemberConnection connection = contexts.of(ONE);

        connection.began();
        Thread.sleep(10); // longer than an answer may take here
        connection.answered();
        connection.began();
        assertThat(closed).isEmpty();
        Thread.sleep(10);
        connection.began();

        Await.until("begun anew", () -> !closed.isEmpty());
        assertThat(contexts.of(ONE)).isNotSameAs(connection);
    }
}

package io.quorlite.raft.transport;

import static io.quorlite.raft.transport.TransportCluster.failureOf;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.raft.transport.PeerUnavailableException.Kind;
import io.quorlite.raft.transport.PeerUnavailableException.Reason;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class PeerTransportTest {
    private static final long ONE = 0x11;
    private static final long TWO = 0x22;
    private static final int ECHO = PeerKinds.ASK_LEADER;
    private static final int MUTE = PeerKinds.SNAPSHOT_FIRST;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final TransportCluster cluster = new TransportCluster();
    private final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "handler"));

    @AfterEach
    void close() {
        cluster.close();
        executor.shutdownNow();
    }

    private static void echo(long from, byte[] payload, PeerReply reply) {
        reply.send(payload);
    }

    private PeerTransport connectedPair() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.handle(ECHO, PeerTransportTest::echo);
        two.handle(MUTE, (from, payload, reply) -> {});
        PeerTransport one = cluster.start(ONE);
        TransportCluster.connect(one, TWO);
        return one;
    }

    @Test
    void answersCallsWithTheCallersIdOnEventLoopAndExecutor() throws Exception {
        PeerTransport two = cluster.start(TWO);
        AtomicReference<String> thread = new AtomicReference<>();
        two.handle(
                40,
                (from, payload, reply) ->
                        reply.send((MemberIds.text(from) + new String(payload, UTF_8)).getBytes(UTF_8)));
        two.handle(
                41,
                (from, payload, reply) -> {
                    thread.set(Thread.currentThread().getName());
                    reply.send(payload);
                },
                executor);
        PeerTransport one = cluster.start(ONE);
        TransportCluster.connect(one, TWO);

        byte[] fromLoop = one.call(TWO, 40, "?".getBytes(UTF_8), LONG).get();
        byte[] fromExecutor = one.call(TWO, 41, new byte[0], LONG).get();

        assertThat(new String(fromLoop, UTF_8)).isEqualTo("m0000000000000011?");
        assertThat(fromExecutor).isEmpty();
        assertThat(thread.get()).isEqualTo("handler");
    }

    @Test
    void oneWayRequestsArriveInOrder() throws Exception {
        List<Integer> arrived = new CopyOnWriteArrayList<>();
        PeerTransport two = cluster.start(TWO);
        two.handle(MUTE, (from, payload, reply) -> {
            arrived.add(ByteBuffer.wrap(payload).getInt());
            reply.send(payload); // nobody listens; it must not hurt
        });
        PeerTransport one = cluster.start(ONE);
        TransportCluster.connect(one, TWO);

        for (int i = 0; i < 500; i++) {
            one.send(TWO, MUTE, ByteBuffer.allocate(4).putInt(i).array());
        }

        Await.until("all arrived", () -> arrived.size() == 500);
        assertThat(arrived).isSorted();
    }

    @Test
    void manyConcurrentCallsGetTheirOwnAnswers() throws Exception {
        PeerTransport one = connectedPair();
        int threads = 4;
        int callsPerThread = 2_000;
        List<CompletableFuture<byte[]>> answers = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(threads);
        List<Integer> wrong = new CopyOnWriteArrayList<>();

        for (int t = 0; t < threads; t++) {
            int thread = t;
            new Thread(() -> {
                        List<CompletableFuture<byte[]>> mine = new ArrayList<>();
                        for (int i = 0; i < callsPerThread; i++) {
                            int number = thread * callsPerThread + i;
                            byte[] payload = ByteBuffer.allocate(4 + number % 300)
                                    .putInt(0, number)
                                    .array();
                            mine.add(one.call(TWO, ECHO, payload, LONG).whenComplete((answer, problem) -> {
                                if (problem != null
                                        || answer.length != payload.length
                                        || ByteBuffer.wrap(answer).getInt() != number) {
                                    wrong.add(number);
                                }
                            }));
                        }
                        answers.addAll(mine);
                        done.countDown();
                    })
                    .start();
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        for (CompletableFuture<byte[]> answer : answers) {
            answer.get(60, TimeUnit.SECONDS);
        }
        assertThat(answers).hasSize(threads * callsPerThread);
        assertThat(wrong).isEmpty();
    }

    @Test
    void failsUnsentWithoutConnectionAndConnectsInTheBackground() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.handle(ECHO, PeerTransportTest::echo);
        PeerTransport one = cluster.start(ONE);

        PeerUnavailableException failure = failureOf(one.call(TWO, ECHO, new byte[1], LONG));

        assertThat(failure.kind()).isEqualTo(Kind.UNSENT);
        assertThat(failure.reason()).isEqualTo(Reason.NOT_CONNECTED);
        Await.until("connected", () -> one.isConnected(TWO));
        assertThat(one.call(TWO, ECHO, new byte[] {7}, LONG).get()).containsExactly(7);
    }

    @Test
    void aCallWithoutAnswerTimesOutWithUnknownOutcome() throws Exception {
        PeerTransport one = connectedPair();

        PeerUnavailableException failure = failureOf(one.call(TWO, MUTE, new byte[1], Duration.ofMillis(30)));

        assertThat(failure.kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(one.isConnected(TWO)).isTrue();
    }

    @Test
    void tellsUnhandledRefusedAndFailedRequestsApart() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.handle(50, (from, payload, reply) -> {}, task -> {
            throw new RejectedExecutionException("full");
        });
        two.handle(51, (from, payload, reply) -> {
            throw new IllegalStateException("broken");
        });
        two.handle(52, (from, payload, reply) -> reply.fail("cannot"));
        PeerTransport one = cluster.start(ONE);
        TransportCluster.connect(one, TWO);

        PeerUnavailableException unhandled = failureOf(one.call(TWO, 49, new byte[1], LONG));
        PeerUnavailableException refused = failureOf(one.call(TWO, 50, new byte[1], LONG));
        PeerUnavailableException broken = failureOf(one.call(TWO, 51, new byte[1], LONG));
        PeerUnavailableException failed = failureOf(one.call(TWO, 52, new byte[1], LONG));

        assertThat(unhandled.reason()).isEqualTo(Reason.UNHANDLED);
        assertThat(unhandled.kind()).isEqualTo(Kind.UNSENT);
        assertThat(refused.reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(refused.kind()).isEqualTo(Kind.UNSENT);
        assertThat(broken.reason()).isEqualTo(Reason.FAILED);
        assertThat(failed.kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(failed).hasMessageContaining("cannot");
    }

    @Test
    void carriesTheLargestFrameAndRefusesALargerOne() throws Exception {
        PeerTransport two = cluster.start(TWO, builder -> builder.frameBytesMax(1 << 20));
        two.handle(ECHO, PeerTransportTest::echo);
        PeerTransport one = cluster.start(ONE, builder -> builder.frameBytesMax(1 << 20));
        TransportCluster.connect(one, TWO);
        byte[] largest = new byte[(1 << 20) - Frame.HEADER_BYTES];
        largest[largest.length - 1] = 42;

        byte[] answer = one.call(TWO, ECHO, largest, LONG).get();
        PeerUnavailableException failure = failureOf(one.call(TWO, ECHO, new byte[largest.length + 1], LONG));

        assertThat(answer).isEqualTo(largest);
        assertThat(failure.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(failure.kind()).isEqualTo(Kind.UNSENT);
        assertThat(one.isConnected(TWO)).isTrue();
    }

    @Test
    void aFrameLongerThanAllowedCostsItsSenderTheConnection() throws Exception {
        PeerTransport two = cluster.start(TWO, builder -> builder.frameBytesMax(1 << 10));
        two.handle(ECHO, PeerTransportTest::echo);
        PeerTransport one = cluster.start(ONE);
        TransportCluster.connect(one, TWO);

        PeerUnavailableException failure = failureOf(one.call(TWO, ECHO, new byte[1 << 11], LONG));

        assertThat(failure.reason()).isEqualTo(Reason.CONNECTION_LOST);
        assertThat(failure.kind()).isEqualTo(Kind.UNKNOWN);
    }

    @Test
    void boundsTheCallsThatWaitForAnswers() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.handle(MUTE, (from, payload, reply) -> {});
        PeerTransport one = cluster.start(ONE, builder -> builder.pendingCallsMax(3));
        TransportCluster.connect(one, TWO);
        for (int i = 0; i < 3; i++) {
            assertThat(one.call(TWO, MUTE, new byte[1], LONG)).isNotDone();
        }

        PeerUnavailableException failure = failureOf(one.call(TWO, MUTE, new byte[1], LONG));

        assertThat(failure.reason()).isEqualTo(Reason.OVERLOADED);
        assertThat(failure.kind()).isEqualTo(Kind.UNSENT);
    }

    @Test
    void reconnectsToAMemberThatRestartsOnItsPort() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.handle(ECHO, PeerTransportTest::echo);
        PeerTransport one = cluster.start(ONE);
        one.keepConnected(List.of(ONE, TWO));
        Await.until("connected", () -> one.isConnected(TWO));
        int port = two.boundAddress().port();

        two.close();
        Await.until("disconnected", () -> !one.isConnected(TWO));
        PeerTransport again = cluster.start(TWO, TransportCluster.CLUSTER, port, builder -> builder);
        again.handle(ECHO, PeerTransportTest::echo);

        Await.until("connected again", () -> one.isConnected(TWO));
        assertThat(one.call(TWO, ECHO, new byte[] {9}, LONG).get()).containsExactly(9);
    }

    @Test
    void followsAMemberToItsNewAddress() throws Exception {
        PeerTransport two = cluster.start(TWO);
        PeerTransport one = cluster.start(ONE);
        one.keepConnected(List.of(TWO));
        Await.until("connected", () -> one.isConnected(TWO));

        two.close();
        cluster.start(TWO).handle(ECHO, PeerTransportTest::echo);

        // Until it has noticed that its old connection is gone, a call may end with that.
        Await.until("answered from the new address", () -> isAnswered(one));
    }

    private static boolean isAnswered(PeerTransport one) {
        return one.call(TWO, ECHO, new byte[] {9}, LONG)
                .handle((reply, failure) -> failure == null && reply[0] == 9)
                .join();
    }

    @Test
    void tellsListenersOfConnectionsInBothDirections() throws Exception {
        List<String> events = new CopyOnWriteArrayList<>();
        PeerTransport two = cluster.start(TWO);
        two.addListener(new PeerListener() {
            @Override
            public void arrived(long memberId) {
                events.add("arrived " + memberId);
            }

            @Override
            public void departed(long memberId) {
                events.add("departed " + memberId);
            }
        });
        PeerTransport one = cluster.start(ONE);
        one.addListener(new PeerListener() {
            @Override
            public void connected(long memberId) {
                events.add("connected " + memberId);
            }
        });

        TransportCluster.connect(one, TWO);
        Await.until("told", () -> events.size() == 2);
        one.close();
        Await.until("told of the end", () -> events.size() == 3);

        assertThat(events.subList(0, 2)).containsExactlyInAnyOrder("connected " + TWO, "arrived " + ONE);
        assertThat(events.get(2)).isEqualTo("departed " + ONE);
    }

    @Test
    void replacesAConnectionThatFellSilent() throws Exception {
        PeerTransport two = cluster.start(TWO);
        two.handle(ECHO, PeerTransportTest::echo);
        try (SilentProxy proxy = new SilentProxy(two.boundAddress())) {
            PeerTransport one = cluster.start(ONE, builder -> builder.silenceTimeoutMillis(400));
            cluster.book.put(TWO, proxy.address());
            one.keepConnected(List.of(TWO));
            Await.until("connected", () -> one.isConnected(TWO));
            int connectionsBefore = proxy.connections();

            proxy.silenceThoseThatStand();
            PeerUnavailableException failure = failureOf(one.call(TWO, ECHO, new byte[1], LONG));

            assertThat(failure.reason()).isEqualTo(Reason.CONNECTION_LOST);
            Await.until("connected again", () -> one.isConnected(TWO));
            assertThat(one.call(TWO, ECHO, new byte[] {5}, LONG).get()).containsExactly(5);
            assertThat(proxy.connections()).isGreaterThan(connectionsBefore);
        }
    }

    @Test
    void replacesASilentConnectionThatNobodyUses() throws Exception {
        PeerTransport two = cluster.start(TWO);
        try (SilentProxy proxy = new SilentProxy(two.boundAddress());
                LogLines log = new LogLines()) {
            PeerTransport one = cluster.start(ONE, builder -> builder.silenceTimeoutMillis(200));
            cluster.book.put(TWO, proxy.address());
            one.keepConnected(List.of(TWO));
            Await.until("connected", () -> one.isConnected(TWO));

            proxy.silenceThoseThatStand();

            Await.until(
                    "noticed",
                    () -> !log.containing("lost its connection", "silent").isEmpty());
            Await.until("connected again", () -> one.isConnected(TWO));
        }
    }

    @Test
    void waitsForASlowHandlerOnAHealthyConnection() throws Exception {
        PeerTransport two = cluster.start(TWO);
        CompletableFuture<PeerReply> held = new CompletableFuture<>();
        two.handle(MUTE, (from, payload, reply) -> held.complete(reply));
        try (LogLines log = new LogLines()) {
            PeerTransport one = cluster.start(ONE, builder -> builder.silenceTimeoutMillis(400));
            TransportCluster.connect(one, TWO);

            CompletableFuture<byte[]> call = one.call(TWO, MUTE, new byte[1], LONG);
            Thread.sleep(2_000); // five times what a silent peer is given: pongs must keep the connection
            held.get().send(new byte[] {3});

            assertThat(call.get()).containsExactly(3);
            assertThat(log.containing("lost its connection")).isEmpty();
        }
    }

    @Test
    void closingFailsWhatWaits() throws Exception {
        PeerTransport one = connectedPair();
        CompletableFuture<byte[]> waiting = one.call(TWO, MUTE, new byte[1], LONG);

        one.close();
        one.close();

        assertThat(failureOf(waiting).kind()).isEqualTo(Kind.UNKNOWN);
        assertThat(failureOf(one.call(TWO, ECHO, new byte[1], LONG)).kind()).isEqualTo(Kind.UNSENT);
    }

    @Test
    void saysWhichAddressCannotBeBound() throws Exception {
        PeerTransport one = cluster.start(ONE);
        PeerAddress taken = one.boundAddress();

        assertThatThrownBy(() -> cluster.start(TWO, TransportCluster.CLUSTER, taken.port(), builder -> builder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(taken.toString());
    }
}

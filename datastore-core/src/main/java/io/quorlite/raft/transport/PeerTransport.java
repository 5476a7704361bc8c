package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.quorlite.raft.transport.PeerUnavailableException.Reason;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries requests and answers between members. Thread-safe; only {@link #start} and {@link #close} block.
 *
 * <p>Requests to one member that are made by one thread arrive in order. Nothing is sent twice: what becomes of a request
 * whose connection breaks is told by {@link PeerUnavailableException#kind}. Extended by simulations alone.
 */
public class PeerTransport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
    private static final int CLOSE_SECONDS = 5;
    private static final int IDLE_THREAD_SECONDS = 30;

    private final PeerTransportConfig config;
    private final AddressBook book;
    private final RequestSinks sinks = new RequestSinks();
    private final Map<Long, OutboundPeer> peers = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ThreadPoolExecutor eventThread;
    private final ThreadPoolExecutor resolverThread;
    private final PeerEvents events;
    private final EventLoops loops;
    private final AnswerLoop answerLoop;
    private final PeerAnswers answers = new PeerAnswers();
    private final InboundPeers inbound;
    private volatile @Nullable PeerAddress boundAddress;

    public PeerTransport(PeerTransportConfig config, AddressBook book) {
        this(config, book, Admission.ALL);
    }

    public PeerTransport(PeerTransportConfig config, AddressBook book, Admission admission) {
        this.config = config;
        this.book = book;
        String name = MemberIds.text(config.memberId());
        this.eventThread = thread("peer-events-" + name);
        this.resolverThread = thread("peer-resolver-" + name);
        this.events = new PeerEvents(eventThread);
        this.loops = EventLoops.start(config.ioThreads(), "peer-io-" + name);
        this.answerLoop = new AnswerLoop(loops.group().next());
        this.inbound = new InboundPeers(config, loops, sinks, events, admission);
    }

    /** One thread that goes away when idle. What may wait for it is bounded by the connections and calls there can be. */
    private static ThreadPoolExecutor thread(String name) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Listens for members. Handlers should be registered before. */
    public void start() throws IOException {
        InetSocketAddress bound = inbound.listen();
        boundAddress = new PeerAddress(config.listen().host(), bound.getPort());
        PeerTls tls = config.tls();
        if (tls != null) {
            int millis = config.certificateCheckMillis();
            var unused = loops.group()
                    .scheduleWithFixedDelay(() -> checkCertificates(tls), millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** A certificate may have been revoked since it was shown. That it expired meanwhile is no reason: it was good then. */
    private void checkCertificates(PeerTls tls) {
        inbound.connections().forEach(connection -> check(tls, connection));
        for (OutboundPeer peer : peers.values()) {
            PeerConnection connection = peer.connection();
            if (connection != null) {
                check(tls, connection);
            }
        }
    }

    private void check(PeerTls tls, PeerConnection connection) {
        String refusal = tls.refusal(connection.certificate(), connection.memberId());
        if (refusal != null) {
            LOG.warn(
                    "{} closes its connection with {}: {}",
                    MemberIds.text(config.memberId()),
                    MemberIds.text(connection.memberId()),
                    refusal);
            connection.close(refusal);
        }
    }

    /** Where this transport listens, with the port it really has. */
    public PeerAddress boundAddress() {
        PeerAddress address = boundAddress;
        if (address == null) {
            throw new IllegalStateException("not started");
        }
        return address;
    }

    public PeerTransportConfig config() {
        return config;
    }

    /** Registers who handles requests of a kind, on the event loop. */
    public void handle(int kind, PeerHandler handler) {
        sinks.register(kind, RequestSinks.onEventLoop(handler));
    }

    /** Registers who handles requests of a kind, on an executor; where that refuses, the request is refused as overload. */
    public void handle(int kind, PeerHandler handler, Executor executor) {
        sinks.register(kind, RequestSinks.onExecutor(kind, handler, executor));
    }

    void handleOnEventLoop(int kind, RequestSink sink) {
        sinks.register(kind, sink);
    }

    public void addListener(PeerListener listener) {
        events.add(listener);
    }

    public void removeListener(PeerListener listener) {
        events.remove(listener);
    }

    /**
     * Asks a member. Fails at once where no connection stands, and starts to connect then.
     *
     * @return completes with the answer or a {@link PeerUnavailableException}, as a rule on the event loop, where nothing that
     *     depends on it may block
     */
    public CompletableFuture<byte[]> call(long memberId, int kind, byte[] payload, Duration timeout) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        call(memberId, kind, FrameBody.of(payload), timeout.toNanos(), new ReplyListener() {
            @Override
            public void replied(ByteBuf reply) {
                answer.complete(ByteBufUtil.getBytes(reply));
            }

            @Override
            public void failed(PeerUnavailableException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    /** As the public call, with the payload written into its frame in the caller's thread. */
    void call(long memberId, int kind, FrameBody body, long timeoutNanos, ReplyListener listener) {
        OutboundPeer peer = peer(memberId);
        PeerConnection connection = peer.connection();
        if (connection == null) {
            peer.wake();
            listener.failed(new PeerUnavailableException(
                    Reason.NOT_CONNECTED, "there is no connection to " + MemberIds.text(memberId)));
        } else {
            connection.call(kind, body, timeoutNanos, listener);
        }
    }

    /** Sends without an answer. It is dropped where no connection stands or too much waits for it. */
    public void send(long memberId, int kind, byte[] payload) {
        OutboundPeer peer = peer(memberId);
        PeerConnection connection = peer.connection();
        if (connection == null) {
            peer.wake();
        } else {
            boolean unused = connection.send(kind, FrameBody.of(payload));
        }
    }

    /** Whether a connection to the member stands. */
    public boolean isConnected(long memberId) {
        OutboundPeer peer = peers.get(memberId);
        return peer != null && peer.connection() != null;
    }

    /** Starts to connect where no connection stands; says whether one does. */
    public boolean connect(long memberId) {
        OutboundPeer peer = peer(memberId);
        if (peer.connection() != null) {
            return true;
        }
        peer.wake();
        return false;
    }

    /**
     * Keeps connections to these members from now on, and to no others: those are let go when they are not used any more, and
     * made again when they are. This member's own id is ignored.
     */
    public void keepConnected(Collection<Long> memberIds) {
        Set<Long> kept = Set.copyOf(memberIds);
        for (long memberId : kept) {
            if (memberId != config.memberId()) {
                peer(memberId).keep(true);
            }
        }
        peers.forEach((memberId, peer) -> {
            if (!kept.contains(memberId)) {
                peer.keep(false);
            }
        });
    }

    /** Where the engine takes up what members answer to this one as the leader. */
    AnswerLoop answerLoop() {
        return answerLoop;
    }

    /** What members answered to this one as the leader. */
    public PeerAnswers answers() {
        return answers;
    }

    /** Closes the connection that a member has made to us. */
    public void disconnectInbound(long memberId, String reason) {
        inbound.disconnect(memberId, reason);
    }

    /** Whether a connection that the member has made to us stands. */
    public boolean isPresent(long memberId) {
        return inbound.isPresent(memberId);
    }

    /** Runs what must not run on an event loop and comes seldom, in order with what listeners are told. */
    void runBeside(Runnable task) {
        try {
            eventThread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the transport is closed", e);
        }
    }

    void runBesideAfter(long delayMillis, Runnable task) {
        try {
            var unused = loops.group().schedule(() -> runBeside(task), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the transport is closed", e);
        }
    }

    private OutboundPeer peer(long memberId) {
        OutboundPeer peer = peers.get(memberId);
        return peer != null
                ? peer
                : peers.computeIfAbsent(
                        memberId, id -> new OutboundPeer(id, config, book, loops, sinks, resolverThread, events));
    }

    /** Closes all connections; calls that wait fail. Idempotent. Not to be called on the event loop. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        inbound.close();
        peers.values().forEach(OutboundPeer::close);
        loops.group()
                .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS * 2L, TimeUnit.SECONDS);
        resolverThread.shutdownNow();
        eventThread.shutdown();
    }
}

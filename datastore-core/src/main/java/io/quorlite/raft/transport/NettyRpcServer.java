package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.quorlite.sofajraft.protobuf.InvalidProtocolBufferException;
import io.quorlite.sofajraft.protobuf.Message;
import io.quorlite.sofajraft.rpc.Connection;
import io.quorlite.sofajraft.rpc.RaftRpcServerFactory;
import io.quorlite.sofajraft.rpc.RpcContext;
import io.quorlite.sofajraft.rpc.RpcProcessor;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.RequestVoteResponse;
import io.quorlite.sofajraft.rpc.RpcServer;
import io.quorlite.sofajraft.rpc.impl.ConnectionClosedEventListener;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's way in: hands requests that come over the member's {@link PeerTransport} to the engine's processors.
 * Thread-safe. Requests of the engine's command-line service are not served: membership is changed through the node itself.
 *
 * <p>Appended entries are handled on the event loop: the engine puts them into its queue and answers when they are durable, from
 * another thread. That keeps their order, saves a hand-over for each, and does without the engine's own executor, which may leave
 * a task lying for a second.
 */
public final class NettyRpcServer implements RpcServer {
    private static final Logger LOG = LoggerFactory.getLogger(NettyRpcServer.class);
    private static final int QUEUED_REQUESTS_MAX = 1_024;
    private static final int IDLE_THREAD_SECONDS = 60;
    private static final RequestVoteResponse NO_VOTE =
            RequestVoteResponse.newBuilder().setTerm(0).setGranted(false).build();

    private final PeerTransport transport;
    private final PeerContexts contexts;
    private final BooleanSupplier mayVote;
    private final ThreadPoolExecutor executor;
    private volatile boolean started;

    /**
     * Makes the server of a member and registers the engine's processors with its transport, once per transport.
     *
     * @param threads for votes, read indexes and the like
     */
    public NettyRpcServer(PeerTransport transport, int threads) {
        this(transport, threads, () -> true);
    }

    /**
     * As the other.
     *
     * @param mayVote whether this member knows of any configuration of its group. The engine would give its vote without one;
     *     asked on the event loop
     */
    public NettyRpcServer(PeerTransport transport, int threads, BooleanSupplier mayVote) {
        this.transport = transport;
        this.mayVote = mayVote;
        this.contexts = new PeerContexts(transport, PeerContexts.STALLED_MILLIS);
        String name = "raft-rpc-" + MemberIds.text(transport.config().memberId()) + "-";
        AtomicInteger number = new AtomicInteger();
        this.executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUED_REQUESTS_MAX),
                task -> {
                    Thread thread = new Thread(task, name + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        // Pings get no executor: they are answered on the event loop.
        RaftRpcServerFactory.addRaftRequestProcessors(this, executor, executor, null);
    }

    @Override
    public boolean init(@Nullable Void options) {
        transport.addListener(contexts);
        started = true;
        return true;
    }

    @Override
    public void shutdown() {
        started = false;
        transport.removeListener(contexts);
        contexts.dropAll();
        executor.shutdown(); // no interrupt: a vote may be on its way to the disk
    }

    @Override
    public void registerConnectionClosedEventListener(ConnectionClosedEventListener listener) {
        contexts.add(listener);
    }

    @Override
    public void registerProcessor(RpcProcessor<?> processor) {
        EngineMessage kind = EngineMessage.ofJavaClass(processor.interest());
        if (kind == null) {
            LOG.debug("{} is not served", processor.interest());
            return;
        }
        @SuppressWarnings("unchecked") // the processor asked for requests of this class
        RpcProcessor<Message> typed = (RpcProcessor<Message>) processor;
        transport.handleOnEventLoop(kind.kind(), (request, payload) -> accept(kind, typed, request, payload));
    }

    private void accept(EngineMessage kind, RpcProcessor<Message> processor, InboundRequest request, ByteBuf payload) {
        if (!started) {
            request.refuseUnhandled();
            return;
        }
        Message message;
        try {
            message = ProtoBody.parseRequest(kind, payload);
        } catch (InvalidProtocolBufferException e) {
            request.connection().close("it sent a request that is no " + kind.protoName());
            return;
        }
        if (kind == EngineMessage.REQUEST_VOTE && !mayVote.getAsBoolean()) {
            request.send(ProtoBody.response(NO_VOTE));
            return;
        }
        boolean sequenced = isSequenced(message);
        PeerContexts.MemberConnection connection = contexts.of(request.fromMemberId());
        RpcContext context = new Context(request, connection, sequenced);
        if (sequenced) {
            connection.began();
        }
        if (kind == EngineMessage.PING || kind == EngineMessage.APPEND_ENTRIES) {
            processor.handleRequest(context, message);
            return;
        }
        try {
            processor.executor().execute(() -> processor.handleRequest(context, message));
        } catch (RejectedExecutionException e) {
            request.refuseOverloaded();
        }
    }

    /** Whether the engine answers the request in its turn: heartbeats, which carry nothing, are answered out of it. */
    private static boolean isSequenced(Message message) {
        return message instanceof AppendEntriesRequest append && (append.getEntriesCount() > 0 || append.hasData());
    }

    @Override
    public int boundPort() {
        return transport.boundAddress().port();
    }

    @Override
    public boolean isStarted() {
        return started;
    }

    /** The way back for one request. */
    private record Context(InboundRequest request, PeerContexts.MemberConnection connection, boolean sequenced)
            implements RpcContext {
        @Override
        public void sendResponse(Object response) {
            if (sequenced) {
                connection.answered();
            }
            request.send(ProtoBody.response((Message) response));
        }

        @Override
        public Connection getConnection() {
            return connection;
        }

        @Override
        public String getRemoteAddress() {
            return MemberIds.text(request.fromMemberId());
        }
    }
}

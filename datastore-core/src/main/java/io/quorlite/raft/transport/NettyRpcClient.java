package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.quorlite.sofajraft.ReplicatorGroup;
import io.quorlite.sofajraft.error.ConnectionFailureException;
import io.quorlite.sofajraft.error.InvokeTimeoutException;
import io.quorlite.sofajraft.error.RaftError;
import io.quorlite.sofajraft.error.RemotingException;
import io.quorlite.sofajraft.option.RpcOptions;
import io.quorlite.sofajraft.protobuf.InvalidProtocolBufferException;
import io.quorlite.sofajraft.protobuf.Message;
import io.quorlite.sofajraft.rpc.InvokeCallback;
import io.quorlite.sofajraft.rpc.InvokeContext;
import io.quorlite.sofajraft.rpc.RpcClient;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.ErrorResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.PingRequest;
import io.quorlite.sofajraft.util.Endpoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The engine's way out: sends its requests through the member's {@link PeerTransport}. Thread-safe once initialised.
 *
 * <p>Nothing here waits for a connection. The engine asks for connections while it holds the node's lock, so it is told at
 * once whether one stands, and the transport connects in the background.
 */
final class NettyRpcClient implements RpcClient {
    private @Nullable PeerTransport transport;
    private @Nullable QuorliteNodeOptions options;
    private @Nullable PeerListener listener;
    private volatile boolean connectionsAsked;
    private @Nullable ReplicatorGroup replicators;

    /**
     * Takes the transport from the node's options.
     *
     * @param options the node's {@link QuorliteNodeOptions}
     */
    @Override
    public boolean init(RpcOptions options) {
        if (!(options instanceof QuorliteNodeOptions node)) {
            throw new IllegalArgumentException("the node's options must be QuorliteNodeOptions");
        }
        transport = node.transport();
        this.options = node;
        if (transport != null && listener != null) {
            transport.addListener(listener);
        }
        if (replicators != null) {
            node.replication().replicators(replicators);
        }
        return true;
    }

    /** Leaves the transport alone: it is not this client's. */
    @Override
    public void shutdown() {
        if (transport != null && listener != null) {
            transport.removeListener(listener);
        }
    }

    /** Called before {@link #init}. */
    @Override
    public void registerConnectEventListener(ReplicatorGroup replicators) {
        this.replicators = replicators;
        listener = new PeerListener() {
            @Override
            public void connected(long memberId) {
                // A leader that could not reach the peer at first has no replicator for it until it is told to try
                // again. This takes the node's lock, hence not on an event loop. Before the engine has asked for a
                // connection the group of replicators is still being made.
                if (connectionsAsked) {
                    replicators.checkReplicator(PeerIds.of(memberId), true);
                }
            }
        };
    }

    @Override
    public boolean checkConnection(Endpoint endpoint) {
        connectionsAsked = true;
        return transport().isConnected(PeerIds.memberId(endpoint));
    }

    @Override
    public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
        connectionsAsked = true;
        return createIfAbsent ? transport().connect(PeerIds.memberId(endpoint)) : checkConnection(endpoint);
    }

    @Override
    public void closeConnection(Endpoint endpoint) {
        // The connection is shared with everything else this member has to say to that one.
    }

    /** A ping is answered at once, with whether a connection stands: pinging is the engine's way to connect. */
    @Override
    public Object invokeSync(Endpoint endpoint, Object request, @Nullable InvokeContext context, long timeoutMillis)
            throws InterruptedException, RemotingException {
        if (request instanceof PingRequest) {
            boolean connected = transport().connect(PeerIds.memberId(endpoint));
            return ErrorResponse.newBuilder()
                    .setErrorCode(connected ? 0 : RaftError.EHOSTDOWN.getNumber())
                    .setErrorMsg(connected ? "OK" : "not connected yet")
                    .build();
        }
        CompletableFuture<Message> answer = new CompletableFuture<>();
        call(endpoint, request, timeoutMillis, answer::complete, answer::completeExceptionally);
        try {
            return answer.get(2 * timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RemotingException failure ? failure : new RemotingException(e.getCause());
        } catch (TimeoutException e) {
            throw new InvokeTimeoutException(e);
        }
    }

    /** Serialises the request before it returns, as the replicator uses its buffers again. */
    @Override
    public void invokeAsync(
            Endpoint endpoint,
            Object request,
            @Nullable InvokeContext context,
            InvokeCallback callback,
            long timeoutMillis) {
        call(
                endpoint,
                request,
                timeoutMillis,
                response -> answered(endpoint, callback, response),
                failure -> complete(callback, () -> callback.complete(null, failure)));
    }

    private interface Sink<T> {
        void take(T value);
    }

    private void call(
            Endpoint endpoint, Object request, long timeoutMillis, Sink<Message> answered, Sink<Throwable> failed) {
        if (!(request instanceof Message message)) {
            throw new IllegalArgumentException("not a message of the engine: " + request);
        }
        EngineMessage kind = EngineMessage.of(message);
        if (kind == null) {
            throw new IllegalArgumentException("not sent between members: "
                    + message.getDescriptorForType().getFullName());
        }
        long timeoutNanos = kind == EngineMessage.REQUEST_VOTE && options != null
                ? options.votesNanos()
                : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        long memberId = PeerIds.memberId(endpoint);
        PeerAnswers.Request asked = transport().answers().sent(memberId, message);
        ReplyListener reply = new ReplyListener() {
            @Override
            public void replied(ByteBuf payload) {
                Message response;
                try {
                    response = ProtoBody.parseResponse(kind, payload);
                } catch (InvalidProtocolBufferException e) {
                    over();
                    failed.take(new RemotingException(e));
                    return;
                }
                if (asked != null) {
                    asked.answered(response);
                }
                answered.take(response);
            }

            @Override
            public void failed(PeerUnavailableException failure) {
                over();
                failed.take(translated(failure));
            }

            private void over() {
                if (asked != null) {
                    asked.failed();
                }
            }
        };
        transport().call(memberId, kind.kind(), ProtoBody.request(message), timeoutNanos, reply);
    }

    private static RemotingException translated(PeerUnavailableException failure) {
        return switch (failure.reason()) {
            case TIMEOUT -> new InvokeTimeoutException(failure.getMessage(), failure);
            case NOT_CONNECTED, CONNECTION_LOST -> new ConnectionFailureException(failure.getMessage(), failure);
            default -> new RemotingException(failure.getMessage(), failure);
        };
    }

    /** Called where an answer was read, with no locks held: one that is taken up on this very thread is taken up at once. */
    private void answered(Endpoint endpoint, InvokeCallback callback, Message response) {
        Runnable takeUp = () -> {
            callback.complete(response, null);
            if (response instanceof AppendEntriesResponse && options != null) {
                options.replication().answered(PeerIds.memberId(endpoint));
            }
        };
        if (callback.executor() instanceof AnswerLoop loop && loop.isCurrentThread()) {
            takeUp.run();
        } else {
            complete(callback, takeUp);
        }
    }

    /**
     * Runs a callback where it wants to run, never in the calling thread, which may be an event loop or hold the engine's
     * locks. A callback must not be lost, as a replicator waits for it: where its executor is full, another thread takes it.
     */
    private void complete(InvokeCallback callback, Runnable completion) {
        Executor executor = callback.executor();
        try {
            if (executor != null) {
                executor.execute(completion);
                return;
            }
        } catch (RejectedExecutionException e) {
            // falls to the other thread
        }
        transport().runBeside(completion);
    }

    private PeerTransport transport() {
        PeerTransport initialised = transport;
        if (initialised == null) {
            throw new IllegalStateException("the client is not initialised");
        }
        return initialised;
    }
}

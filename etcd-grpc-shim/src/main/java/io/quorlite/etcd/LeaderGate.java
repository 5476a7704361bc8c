package io.quorlite.etcd;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Keeps calls that ask for a leader (metadata {@code hasleader: true}) away from a member that has none: new ones are refused,
 * streams are ended once there was no leader for three election timeouts, since reconnecting costs a client more than waiting.
 * Thread-safe; {@link #electionTimeoutPassed} is called by one thread.
 */
final class LeaderGate implements ServerInterceptor {
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
    private static final int TIMEOUTS_MAX = 3;

    private final BooleanSupplier hasLeader;
    private final Set<GuardedCall<?, ?>> streams = ConcurrentHashMap.newKeySet();
    private int timeoutsWithoutLeader;

    LeaderGate(BooleanSupplier hasLeader) {
        this.hasLeader = hasLeader;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (!"true".equals(headers.get(HAS_LEADER))) {
            return next.startCall(call, headers);
        }
        if (!hasLeader.getAsBoolean()) {
            call.close(StatusMapper.NO_LEADER, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return next.startCall(call, headers);
        }
        return guarded(call, headers, next);
    }

    private <Q, R> ServerCall.Listener<Q> guarded(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        GuardedCall<Q, R> stream = new GuardedCall<>(call);
        ServerCall.Listener<Q> listener = next.startCall(stream, headers);
        streams.add(stream);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                streams.remove(stream);
                super.onCancel();
            }

            @Override
            public void onComplete() {
                streams.remove(stream);
                super.onComplete();
            }
        };
    }

    /** Another election timeout has passed. */
    void electionTimeoutPassed() {
        timeoutsWithoutLeader = hasLeader.getAsBoolean() ? 0 : timeoutsWithoutLeader + 1;
        if (timeoutsWithoutLeader >= TIMEOUTS_MAX) {
            // each leaves the set when its listener hears of the end
            streams.forEach(stream -> stream.close(StatusMapper.NO_LEADER, new Metadata()));
        }
    }

    /** A call that may be closed by another thread than the one that serves it; what comes after that is dropped. */
    private static final class GuardedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private boolean closed;

        GuardedCall(ServerCall<Q, R> call) {
            super(call);
        }

        @Override
        public synchronized void sendHeaders(Metadata headers) {
            if (!closed) {
                super.sendHeaders(headers);
            }
        }

        @Override
        public synchronized void sendMessage(R message) {
            if (!closed) {
                super.sendMessage(message);
            }
        }

        @Override
        public synchronized void close(Status status, Metadata trailers) {
            if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }
    }
}

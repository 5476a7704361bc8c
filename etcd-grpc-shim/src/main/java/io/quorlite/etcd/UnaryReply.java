package io.quorlite.etcd;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a unary call with the outcome of a future, on the thread that completes it. */
final class UnaryReply {
    private static final Logger LOG = LoggerFactory.getLogger(UnaryReply.class);

    private UnaryReply() {}

    /** Makes {@code call}, and answers {@code client} with what {@code reply} makes of its result, or with its failure. */
    static <T, R> void send(StreamObserver<R> client, Supplier<CompletableFuture<T>> call, Function<T, R> reply) {
        // with a handler set, an answer to a call that was cancelled meanwhile is dropped instead of thrown back
        ((ServerCallStreamObserver<R>) client).setOnCancelHandler(() -> {});
        CompletableFuture<T> result;
        try {
            result = call.get();
        } catch (RuntimeException refused) {
            client.onError(StatusMapper.of(refused).asRuntimeException());
            return;
        }
        var unused = result.whenComplete((value, failure) -> {
            if (failure == null) {
                answer(client, value, reply);
            } else {
                client.onError(logged(failure).asRuntimeException());
            }
        });
    }

    private static <T, R> void answer(StreamObserver<R> client, T value, Function<T, R> reply) {
        R message;
        try {
            message = reply.apply(value);
        } catch (RuntimeException broken) {
            client.onError(logged(broken).asRuntimeException());
            return;
        }
        client.onNext(message);
        client.onCompleted();
    }

    private static Status logged(Throwable failure) {
        Status status = StatusMapper.of(failure);
        if (status.getCode() == Status.Code.UNKNOWN) {
            LOG.warn("call failed with an error that etcd does not know", failure);
        }
        return status;
    }
}

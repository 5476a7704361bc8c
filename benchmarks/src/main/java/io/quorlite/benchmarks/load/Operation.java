package io.quorlite.benchmarks.load;

import io.grpc.stub.StreamObserver;
import java.util.function.ToLongFunction;

/** Something a client does over and over. */
public interface Operation {
    /** Starts one; it ends by one call of {@code done}, from any thread. */
    void start(int number, Done done);

    /** Hears how an operation ended. */
    interface Done {
        /** @param items rows that came back, or 1 */
        void succeeded(long items);

        void failed(Throwable reason);

        /** An observer that ends the operation with the call. */
        default <R> StreamObserver<R> with(ToLongFunction<R> items) {
            return new StreamObserver<>() {
                private long count;

                @Override
                public void onNext(R response) {
                    count = items.applyAsLong(response);
                }

                @Override
                public void onError(Throwable error) {
                    failed(error);
                }

                @Override
                public void onCompleted() {
                    succeeded(count);
                }
            };
        }
    }
}

package io.quorlite.etcd.differential;

import com.google.protobuf.Message;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import java.util.function.LongFunction;

/**
 * One step of a sequence. Revisions depend on where the stores are when the step is taken, so a step is a function of the
 * current revision.
 */
sealed interface Step {
    record Call(LongFunction<? extends Message> request) implements Step {}

    record Watch(LongFunction<WatchCreateRequest> request) implements Step {}

    /** Cancels the watch with this id, which may not exist. */
    record CancelWatch(long watchId) implements Step {}
}

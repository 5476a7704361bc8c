package io.quorlite.etcd;

import com.google.protobuf.MessageLite;
import io.grpc.StatusRuntimeException;

/**
 * How large a request may be.
 *
 * @param requestBytesMax the largest write in bytes of its protobuf form; etcd's 1.5 MiB
 */
record RequestLimits(int requestBytesMax) {
    /** What etcd's gRPC server takes beyond {@link #requestBytesMax}, so that the refusal can be etcd's own. */
    static final int OVERHEAD_BYTES = 512 * 1024;

    /** What etcd wraps around a request in its log entry; it counts towards the limit. */
    private static final int ENTRY_BYTES = 20;

    /** The largest message of a client that is read at all. */
    int messageBytesMax() {
        return requestBytesMax + OVERHEAD_BYTES;
    }

    /** Refuses a write that etcd would not put in its log. Reads are not held to it. */
    void checkWrite(MessageLite request) {
        if (request.getSerializedSize() + ENTRY_BYTES > requestBytesMax) {
            throw new StatusRuntimeException(StatusMapper.REQUEST_TOO_LARGE);
        }
    }
}

package io.quorlite.etcd;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;

/**
 * Answers bytes that are no message with INTERNAL, as gRPC for Go does. Left alone, gRPC for Java takes them for a failure of
 * the server: it answers UNKNOWN and logs a stack trace. Stateless.
 */
final class MalformedRequests implements ServerInterceptor {
    /**
     * Hands the bytes of requests and answers through as they come. gRPC's own such marshaller copies them all; it need not be, as a
     * request is read within {@code onMessage}, while its stream is open.
     */
    private static final MethodDescriptor.Marshaller<InputStream> AS_THEY_COME = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream message) {
            return message;
        }

        @Override
        public InputStream parse(InputStream message) {
            return message;
        }
    };

    private MalformedRequests() {}

    /** {@code service} with its requests read inside this interceptor's reach instead of outside of it. */
    static ServerServiceDefinition answeredBy(BindableService service) {
        return ServerInterceptors.intercept(
                ServerInterceptors.useMarshalledMessages(service.bindService(), AS_THEY_COME), new MalformedRequests());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(Q bytes) {
                try {
                    super.onMessage(bytes);
                } catch (StatusRuntimeException e) {
                    if (e.getStatus().getCode() != Status.Code.INTERNAL) {
                        throw e;
                    }
                    refused = true;
                    call.close(Status.INTERNAL.withDescription(text(e)), new Metadata());
                }
            }

            @Override
            public void onHalfClose() {
                if (!refused) { // there is no request to serve
                    super.onHalfClose();
                }
            }
        };
    }

    private static String text(StatusRuntimeException malformed) {
        Throwable cause = malformed.getCause() == null ? malformed : malformed.getCause();
        return "grpc: error unmarshalling request: " + cause.getMessage();
    }
}

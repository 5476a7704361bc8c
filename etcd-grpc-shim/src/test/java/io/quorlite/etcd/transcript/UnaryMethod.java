package io.quorlite.etcd.transcript;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Channel;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.CompactionResponse;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.TxnResponse;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** A method with one request and one response: how its messages are read, and how it is called. */
record UnaryMethod(Message request, Message response, BiFunction<Channel, Message, Message> stub) {
    private static final long DEADLINE_SECONDS = 20;

    private static final Map<String, UnaryMethod> METHODS = Map.of(
            "etcdserverpb.KV/Range",
                    new UnaryMethod(
                            RangeRequest.getDefaultInstance(),
                            RangeResponse.getDefaultInstance(),
                            (channel, request) -> kv(channel).range((RangeRequest) request)),
            "etcdserverpb.KV/Txn",
                    new UnaryMethod(
                            TxnRequest.getDefaultInstance(),
                            TxnResponse.getDefaultInstance(),
                            (channel, request) -> kv(channel).txn((TxnRequest) request)),
            "etcdserverpb.KV/Compact",
                    new UnaryMethod(
                            CompactionRequest.getDefaultInstance(),
                            CompactionResponse.getDefaultInstance(),
                            (channel, request) -> kv(channel).compact((CompactionRequest) request)),
            "etcdserverpb.Lease/LeaseGrant",
                    new UnaryMethod(
                            LeaseGrantRequest.getDefaultInstance(),
                            LeaseGrantResponse.getDefaultInstance(),
                            (channel, request) -> LeaseGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                                    .leaseGrant((LeaseGrantRequest) request)),
            "etcdserverpb.Maintenance/Status",
                    new UnaryMethod(
                            StatusRequest.getDefaultInstance(),
                            StatusResponse.getDefaultInstance(),
                            (channel, request) -> MaintenanceGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                                    .status((StatusRequest) request)));

    static UnaryMethod named(String name) {
        UnaryMethod method = METHODS.get(name);
        if (method == null) {
            throw new IllegalArgumentException("the replay does not know the method " + name);
        }
        return method;
    }

    Message readRequest(byte[] message) throws InvalidProtocolBufferException {
        return request.getParserForType().parseFrom(message);
    }

    Message readResponse(byte[] message) throws InvalidProtocolBufferException {
        return response.getParserForType().parseFrom(message);
    }

    Message call(Channel channel, Message message) {
        return stub.apply(channel, message);
    }

    private static KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}

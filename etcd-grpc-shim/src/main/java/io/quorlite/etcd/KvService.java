package io.quorlite.etcd;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.CompactionResponse;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.DeleteRangeResponse;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.PutResponse;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.TxnResponse;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;

/** etcd's KV service. Shapes are checked before sizes, as in etcd. RangeStream is not served yet. Thread-safe. */
final class KvService extends KVGrpc.KVImplBase {
    private static final MethodDescriptor<RangeRequest, EncodedReply> RANGE = KVGrpc.getRangeMethod().toBuilder(
                    KVGrpc.getRangeMethod().getRequestMarshaller(), EncodedReplyMarshaller.INSTANCE)
            .build();

    private final Datastore store;
    private final ProtoMapper mapper;
    private final RequestLimits limits;

    KvService(Datastore store, ProtoMapper mapper, RequestLimits limits) {
        this.store = store;
        this.mapper = mapper;
        this.limits = limits;
    }

    /** The service, its Range answering with what is encoded already. */
    ServerServiceDefinition definition() {
        ServerServiceDefinition generated = bindService();
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME);
        for (ServerMethodDefinition<?, ?> method : generated.getMethods()) {
            if (!method.getMethodDescriptor().getFullMethodName().equals(RANGE.getFullMethodName())) {
                service.addMethod(method);
            }
        }
        return service.addMethod(RANGE, ServerCalls.asyncUnaryCall(this::rangeEncoded))
                .build();
    }

    private void rangeEncoded(RangeRequest request, StreamObserver<EncodedReply> client) {
        UnaryReply.send(
                client,
                () -> store.range(
                        ProtoMapper.range(request), ProtoMapper.level(request.getSerializable()), mapper::rangeEncoder),
                reply -> reply);
    }

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> client) {
        UnaryReply.send(
                client,
                () -> {
                    Op.Put put = ProtoMapper.put(request);
                    limits.checkWrite(request);
                    return store.put(put);
                },
                mapper::reply);
    }

    @Override
    public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> client) {
        UnaryReply.send(
                client,
                () -> {
                    Op.DeleteRange delete = ProtoMapper.deleteRange(request);
                    limits.checkWrite(request);
                    return store.delete(delete);
                },
                mapper::reply);
    }

    @Override
    public void txn(TxnRequest request, StreamObserver<TxnResponse> client) {
        UnaryReply.send(
                client,
                () -> {
                    Txn txn = ProtoMapper.txn(request);
                    if (!txn.isReadOnly()) {
                        limits.checkWrite(request);
                    }
                    return store.txn(txn, ProtoMapper.txnLevel(request));
                },
                mapper::reply);
    }

    @Override
    public void compact(CompactionRequest request, StreamObserver<CompactionResponse> client) {
        UnaryReply.send(
                client,
                () -> store.compact(request.getRevision(), request.getPhysical()),
                revision -> CompactionResponse.newBuilder()
                        .setHeader(mapper.header(revision))
                        .build());
    }
}

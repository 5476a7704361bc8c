package io.quorlite.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.datastore.ReadLevel;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.DeleteRangeResponse;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.PutResponse;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.etcd.proto.rpc.ResponseOp;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.TxnResponse;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.watch.WatchRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates between etcd's messages and the store's types, and decides nothing. Values go into replies without a copy. What a
 * message can say and the store's types cannot is refused here, with etcd's status. Thread-safe.
 */
final class ProtoMapper {
    /** The field of a WatchResponse that holds its events. */
    static final int EVENTS_FIELD = 11;

    private static final Bytes SMALLEST_KEY = Bytes.wrap(new byte[] {0});

    private final NodeIdentity identity;
    private final ReplyChunks replyChunks = new ReplyChunks();

    ProtoMapper(NodeIdentity identity) {
        this.identity = identity;
    }

    // requests

    static Bytes bytes(ByteString source) {
        return Bytes.wrap(source.toByteArray());
    }

    static KeyRange keys(ByteString key, ByteString rangeEnd) {
        return KeyRange.of(bytes(key), bytes(rangeEnd));
    }

    static ReadLevel level(boolean serializable) {
        return serializable ? ReadLevel.SERIALIZABLE : ReadLevel.LINEARIZABLE;
    }

    static Op.Range range(RangeRequest request) {
        return new Op.Range(
                keys(request.getKey(), request.getRangeEnd()),
                request.getRevision(),
                request.getLimit(),
                sortTarget(request.getSortTarget()),
                sortOrder(request.getSortOrder()),
                request.getKeysOnly(),
                request.getCountOnly(),
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
    }

    static Op.Put put(PutRequest request) {
        return new Op.Put(
                bytes(request.getKey()),
                bytes(request.getValue()),
                request.getLease(),
                request.getPrevKv(),
                request.getIgnoreValue(),
                request.getIgnoreLease());
    }

    static Op.DeleteRange deleteRange(DeleteRangeRequest request) {
        return new Op.DeleteRange(keys(request.getKey(), request.getRangeEnd()), request.getPrevKv());
    }

    static Txn txn(TxnRequest request) {
        List<Compare> compares = new ArrayList<>(request.getCompareCount());
        for (io.quorlite.etcd.proto.rpc.Compare compare : request.getCompareList()) {
            compares.add(compare(compare));
        }
        List<Op> success = ops(request.getSuccessList());
        List<Op> failure = ops(request.getFailureList());
        if (compares.isEmpty() && failure.isEmpty() && success.size() == 1 && success.get(0) instanceof Op.Put put) {
            // Of two mistakes in one put, etcd names another one first inside a transaction than for a put on its own.
            // This
            // condition always holds, and tells the one from the other.
            compares.add(Compare.number(put.key(), Compare.Target.VERSION, Compare.Relation.NOT_EQUAL, -1));
        }
        return new Txn(compares, success, failure);
    }

    /** A transaction reads at the level of its ranges: serializable only if all of them are, and nothing else is in it. */
    static ReadLevel txnLevel(TxnRequest request) {
        return level(allSerializable(request.getSuccessList()) && allSerializable(request.getFailureList()));
    }

    /** etcd's watch on the empty key is one on the smallest. */
    static WatchRequest watch(WatchCreateRequest request) {
        Bytes key = request.getKey().isEmpty() ? SMALLEST_KEY : bytes(request.getKey());
        return new WatchRequest(
                KeyRange.of(key, bytes(request.getRangeEnd())),
                request.getStartRevision(),
                request.getWatchId(),
                request.getPrevKv(),
                request.getFiltersList().contains(WatchCreateRequest.FilterType.NOPUT),
                request.getFiltersList().contains(WatchCreateRequest.FilterType.NODELETE),
                request.getProgressNotify());
    }

    private static List<Op> ops(List<RequestOp> requests) {
        List<Op> ops = new ArrayList<>(requests.size());
        for (RequestOp request : requests) {
            ops.add(op(request));
        }
        return ops;
    }

    private static Op op(RequestOp request) {
        return switch (request.getRequestCase()) {
            case REQUEST_RANGE -> rangeOrInvalid(request.getRequestRange());
            case REQUEST_PUT -> put(request.getRequestPut());
            case REQUEST_DELETE_RANGE -> deleteRange(request.getRequestDeleteRange());
            case REQUEST_TXN -> new Op.Nested(txn(request.getRequestTxn()));
            case REQUEST_NOT_SET -> new Op.Invalid(InvalidRequestException.Kind.KEY_NOT_FOUND);
        };
    }

    /** A sort that is none is refused in the operation's turn, after its key. */
    private static Op rangeOrInvalid(RangeRequest request) {
        boolean sorted = request.getSortTarget() != RangeRequest.SortTarget.UNRECOGNIZED
                && request.getSortOrder() != RangeRequest.SortOrder.UNRECOGNIZED;
        if (sorted) {
            return range(request);
        }
        return new Op.Invalid(
                request.getKey().isEmpty()
                        ? InvalidRequestException.Kind.EMPTY_KEY
                        : InvalidRequestException.Kind.INVALID_SORT);
    }

    private static boolean allSerializable(List<RequestOp> ops) {
        return ops.stream()
                .allMatch(op -> op.hasRequestRange() && op.getRequestRange().getSerializable());
    }

    private static Compare compare(io.quorlite.etcd.proto.rpc.Compare compare) {
        Compare.Target target = target(compare.getTarget());
        return new Compare(
                keys(compare.getKey(), compare.getRangeEnd()),
                target,
                relation(compare.getResult()),
                number(compare, target),
                target == Compare.Target.VALUE ? bytes(compare.getValue()) : Bytes.EMPTY);
    }

    private static long number(io.quorlite.etcd.proto.rpc.Compare compare, Compare.Target target) {
        // the getter of a field that is not the one set gives 0, which is what etcd compares with then
        return switch (target) {
            case VERSION -> compare.getVersion();
            case CREATE_REVISION -> compare.getCreateRevision();
            case MOD_REVISION -> compare.getModRevision();
            case LEASE -> compare.getLease();
            case VALUE -> 0;
        };
    }

    private static Compare.Target target(io.quorlite.etcd.proto.rpc.Compare.CompareTarget target) {
        return switch (target) {
            case VERSION -> Compare.Target.VERSION;
            case CREATE -> Compare.Target.CREATE_REVISION;
            case MOD -> Compare.Target.MOD_REVISION;
            case VALUE -> Compare.Target.VALUE;
            case LEASE -> Compare.Target.LEASE;
            case UNRECOGNIZED -> throw invalidCompare();
        };
    }

    private static Compare.Relation relation(io.quorlite.etcd.proto.rpc.Compare.CompareResult relation) {
        return switch (relation) {
            case EQUAL -> Compare.Relation.EQUAL;
            case GREATER -> Compare.Relation.GREATER;
            case LESS -> Compare.Relation.LESS;
            case NOT_EQUAL -> Compare.Relation.NOT_EQUAL;
            case UNRECOGNIZED -> throw invalidCompare();
        };
    }

    private static Op.SortTarget sortTarget(RangeRequest.SortTarget target) {
        return switch (target) {
            case KEY -> Op.SortTarget.KEY;
            case VERSION -> Op.SortTarget.VERSION;
            case CREATE -> Op.SortTarget.CREATE_REVISION;
            case MOD -> Op.SortTarget.MOD_REVISION;
            case VALUE -> Op.SortTarget.VALUE;
            case UNRECOGNIZED -> throw refused(DatastoreException.Kind.INVALID_SORT);
        };
    }

    private static Op.SortOrder sortOrder(RangeRequest.SortOrder order) {
        return switch (order) {
            case NONE -> Op.SortOrder.NONE;
            case ASCEND -> Op.SortOrder.ASCEND;
            case DESCEND -> Op.SortOrder.DESCEND;
            case UNRECOGNIZED -> throw refused(DatastoreException.Kind.INVALID_SORT);
        };
    }

    private static StatusRuntimeException refused(DatastoreException.Kind kind) {
        return StatusMapper.of(kind).asRuntimeException();
    }

    private static StatusRuntimeException invalidCompare() {
        return Status.INVALID_ARGUMENT
                .withDescription("etcdserver: invalid compare in txn request")
                .asRuntimeException();
    }

    // replies

    static ByteString byteString(Bytes source) {
        return UnsafeByteOperations.unsafeWrap(source.unsafeArray());
    }

    /** The header of a reply, with the store's revision. */
    ResponseHeader header(long revision) {
        return ResponseHeader.newBuilder()
                .setClusterId(identity.clusterId())
                .setMemberId(identity.memberId())
                .setRevision(revision)
                .setRaftTerm(identity.term())
                .build();
    }

    /** Takes a range read's rows and makes the reply of them. */
    RangeEncoder rangeEncoder() {
        return new RangeEncoder(identity, replyChunks);
    }

    PutResponse reply(OpResult.Put result) {
        return putBody(result).setHeader(header(result.revision())).build();
    }

    DeleteRangeResponse reply(OpResult.DeleteRange result) {
        return deleteBody(result).setHeader(header(result.revision())).build();
    }

    TxnResponse reply(TxnResult result) {
        return txnBody(result).setHeader(header(result.revision())).build();
    }

    static io.quorlite.etcd.proto.kv.KeyValue keyValue(KeyValue kv) {
        return io.quorlite.etcd.proto.kv.KeyValue.newBuilder()
                .setKey(byteString(kv.key()))
                .setCreateRevision(kv.createRevision())
                .setModRevision(kv.modRevision())
                .setVersion(kv.version())
                .setValue(byteString(kv.value()))
                .setLease(kv.lease())
                .build();
    }

    static Event event(KeyEvent event) {
        Event.Builder builder = Event.newBuilder()
                .setType(event.isDelete() ? Event.EventType.DELETE : Event.EventType.PUT)
                .setKv(keyValue(event.kv()));
        KeyValue before = event.prevKv();
        if (before != null) {
            builder.setPrevKv(keyValue(before));
        }
        return builder.build();
    }

    /** The event as one field of a WatchResponse, tag and length before it: what all watchers of it share. */
    static byte[] eventField(KeyEvent event) {
        Event message = event(event);
        byte[] field = new byte[CodedOutputStream.computeMessageSize(EVENTS_FIELD, message)];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(field);
            out.writeMessage(EVENTS_FIELD, message);
            out.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new UncheckedIOException("the event's own size does not hold it", impossible);
        }
        return field;
    }

    private static RangeResponse.Builder rangeBody(RangeResult result) {
        RangeResponse.Builder builder =
                RangeResponse.newBuilder().setMore(result.more()).setCount(result.count());
        for (KeyValue kv : result.kvs()) {
            builder.addKvs(keyValue(kv));
        }
        return builder;
    }

    private static PutResponse.Builder putBody(OpResult.Put result) {
        PutResponse.Builder builder = PutResponse.newBuilder();
        KeyValue before = result.prevKv();
        return before == null ? builder : builder.setPrevKv(keyValue(before));
    }

    private static DeleteRangeResponse.Builder deleteBody(OpResult.DeleteRange result) {
        DeleteRangeResponse.Builder builder = DeleteRangeResponse.newBuilder().setDeleted(result.deleted());
        for (KeyValue kv : result.prevKvs()) {
            builder.addPrevKvs(keyValue(kv));
        }
        return builder;
    }

    private static TxnResponse.Builder txnBody(TxnResult result) {
        TxnResponse.Builder builder = TxnResponse.newBuilder().setSucceeded(result.succeeded());
        for (OpResult each : result.results()) {
            builder.addResponses(responseOp(each));
        }
        return builder;
    }

    /** etcd fills the headers inside a transaction with the revision only, and those of nested transactions not at all. */
    private static ResponseOp responseOp(OpResult result) {
        ResponseOp.Builder builder = ResponseOp.newBuilder();
        if (result instanceof OpResult.Range range) {
            return builder.setResponseRange(rangeBody(range.result())
                            .setHeader(innerHeader(range.result().revision())))
                    .build();
        }
        if (result instanceof OpResult.Put put) {
            return builder.setResponsePut(putBody(put).setHeader(innerHeader(put.revision())))
                    .build();
        }
        if (result instanceof OpResult.DeleteRange delete) {
            return builder.setResponseDeleteRange(deleteBody(delete).setHeader(innerHeader(delete.revision())))
                    .build();
        }
        if (result instanceof OpResult.Nested nested) {
            return builder.setResponseTxn(txnBody(nested.result()).setHeader(ResponseHeader.getDefaultInstance()))
                    .build();
        }
        throw new AssertionError(result);
    }

    private static ResponseHeader innerHeader(long revision) {
        return ResponseHeader.newBuilder().setRevision(revision).build();
    }
}

package io.quorlite.faults.client;

import com.google.protobuf.ByteString;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WatchSpec;
import java.nio.charset.StandardCharsets;

/** A history's requests as etcd's messages. Text is one byte a character. */
final class EtcdMessages {
    private EtcdMessages() {}

    static ByteString bytes(String text) {
        return ByteString.copyFrom(text, StandardCharsets.ISO_8859_1);
    }

    static String text(ByteString bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    static RangeRequest range(StoreRequest.Range request) {
        return RangeRequest.newBuilder()
                .setKey(bytes(request.range().key()))
                .setRangeEnd(bytes(request.range().end()))
                .setRevision(request.revision())
                .setLimit(request.limit())
                .setSerializable(request.serializable())
                .setCountOnly(request.countOnly())
                .build();
    }

    static PutRequest put(StoreRequest.Put request) {
        return PutRequest.newBuilder()
                .setKey(bytes(request.key()))
                .setValue(bytes(request.value()))
                .setLease(request.lease())
                .setPrevKv(request.prevKv())
                .build();
    }

    static DeleteRangeRequest delete(StoreRequest.DeleteRange request) {
        return DeleteRangeRequest.newBuilder()
                .setKey(bytes(request.range().key()))
                .setRangeEnd(bytes(request.range().end()))
                .setPrevKv(request.prevKv())
                .build();
    }

    static CompactionRequest compact(StoreRequest.Compact request) {
        return CompactionRequest.newBuilder().setRevision(request.revision()).build();
    }

    static TxnRequest txn(StoreRequest.Txn request) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        request.compares().forEach(compare -> txn.addCompare(compare(compare)));
        request.success().forEach(part -> txn.addSuccess(part(part)));
        request.failure().forEach(part -> txn.addFailure(part(part)));
        return txn.build();
    }

    static WatchCreateRequest watch(WatchSpec spec) {
        WatchCreateRequest.Builder watch = WatchCreateRequest.newBuilder()
                .setKey(bytes(spec.range().key()))
                .setRangeEnd(bytes(spec.range().end()))
                .setStartRevision(spec.startRevision())
                .setPrevKv(spec.prevKv())
                .setFragment(spec.fragment())
                .setProgressNotify(true);
        if (spec.noPut()) {
            watch.addFilters(WatchCreateRequest.FilterType.NOPUT);
        }
        if (spec.noDelete()) {
            watch.addFilters(WatchCreateRequest.FilterType.NODELETE);
        }
        return watch.build();
    }

    private static RequestOp part(StoreRequest part) {
        RequestOp.Builder op = RequestOp.newBuilder();
        if (part instanceof StoreRequest.Range range) {
            return op.setRequestRange(range(range)).build();
        } else if (part instanceof StoreRequest.Put put) {
            return op.setRequestPut(put(put)).build();
        } else if (part instanceof StoreRequest.DeleteRange delete) {
            return op.setRequestDeleteRange(delete(delete)).build();
        } else if (part instanceof StoreRequest.Txn nested) {
            return op.setRequestTxn(txn(nested)).build();
        }
        throw new IllegalArgumentException("not a part of a transaction: " + part);
    }

    private static io.quorlite.etcd.proto.rpc.Compare compare(Compare compare) {
        KeyRange range = compare.range();
        io.quorlite.etcd.proto.rpc.Compare.Builder message = io.quorlite.etcd.proto.rpc.Compare.newBuilder()
                .setKey(bytes(range.key()))
                .setRangeEnd(bytes(range.end()))
                .setResult(
                        switch (compare.relation()) {
                            case EQUAL -> io.quorlite.etcd.proto.rpc.Compare.CompareResult.EQUAL;
                            case NOT_EQUAL -> io.quorlite.etcd.proto.rpc.Compare.CompareResult.NOT_EQUAL;
                            case GREATER -> io.quorlite.etcd.proto.rpc.Compare.CompareResult.GREATER;
                            case LESS -> io.quorlite.etcd.proto.rpc.Compare.CompareResult.LESS;
                        });
        return switch (compare.target()) {
            case VERSION ->
                message.setTarget(io.quorlite.etcd.proto.rpc.Compare.CompareTarget.VERSION)
                        .setVersion(compare.number())
                        .build();
            case CREATE ->
                message.setTarget(io.quorlite.etcd.proto.rpc.Compare.CompareTarget.CREATE)
                        .setCreateRevision(compare.number())
                        .build();
            case MOD ->
                message.setTarget(io.quorlite.etcd.proto.rpc.Compare.CompareTarget.MOD)
                        .setModRevision(compare.number())
                        .build();
            case LEASE ->
                message.setTarget(io.quorlite.etcd.proto.rpc.Compare.CompareTarget.LEASE)
                        .setLease(compare.number())
                        .build();
            case VALUE ->
                message.setTarget(io.quorlite.etcd.proto.rpc.Compare.CompareTarget.VALUE)
                        .setValue(bytes(compare.text()))
                        .build();
        };
    }
}

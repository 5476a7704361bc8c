package io.quorlite.faults.client;

import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.DeleteRangeResponse;
import io.quorlite.etcd.proto.rpc.PutResponse;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import io.quorlite.etcd.proto.rpc.ResponseOp;
import io.quorlite.etcd.proto.rpc.TxnResponse;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** etcd's messages as a history's answers. */
final class EtcdAnswers {
    private EtcdAnswers() {}

    static Response.RangeResult range(RangeResponse answer) {
        return new Response.RangeResult(
                answer.getHeader().getRevision(),
                answer.getKvsList().stream().map(EtcdAnswers::keyValue).toList(),
                answer.getCount(),
                answer.getMore());
    }

    static Response.PutResult put(PutResponse answer) {
        return new Response.PutResult(
                answer.getHeader().getRevision(), answer.hasPrevKv() ? keyValue(answer.getPrevKv()) : null);
    }

    static Response.DeleteResult delete(DeleteRangeResponse answer) {
        return new Response.DeleteResult(
                answer.getHeader().getRevision(),
                answer.getDeleted(),
                answer.getPrevKvsList().stream().map(EtcdAnswers::keyValue).toList());
    }

    static Response.TxnResult txn(TxnResponse answer) {
        List<Response> parts =
                answer.getResponsesList().stream().map(EtcdAnswers::part).toList();
        return new Response.TxnResult(answer.getHeader().getRevision(), answer.getSucceeded(), parts);
    }

    static KeyEvent event(Event event) {
        @Nullable KeyValue prevKv = event.hasPrevKv() ? keyValue(event.getPrevKv()) : null;
        return event.getType() == Event.EventType.DELETE
                ? KeyEvent.delete(
                        EtcdMessages.text(event.getKv().getKey()), event.getKv().getModRevision(), prevKv)
                : KeyEvent.put(keyValue(event.getKv()), prevKv);
    }

    private static Response part(ResponseOp part) {
        return switch (part.getResponseCase()) {
            case RESPONSE_RANGE -> range(part.getResponseRange());
            case RESPONSE_PUT -> put(part.getResponsePut());
            case RESPONSE_DELETE_RANGE -> delete(part.getResponseDeleteRange());
            case RESPONSE_TXN -> txn(part.getResponseTxn());
            case RESPONSE_NOT_SET -> throw new IllegalArgumentException("an empty part of a transaction's answer");
        };
    }

    private static KeyValue keyValue(io.quorlite.etcd.proto.kv.KeyValue kv) {
        return new KeyValue(
                EtcdMessages.text(kv.getKey()),
                EtcdMessages.text(kv.getValue()),
                kv.getCreateRevision(),
                kv.getModRevision(),
                kv.getVersion(),
                kv.getLease());
    }
}

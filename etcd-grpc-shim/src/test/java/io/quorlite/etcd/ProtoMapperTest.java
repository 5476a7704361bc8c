package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quorlite.datastore.ReadLevel;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.Compare.CompareResult;
import io.quorlite.etcd.proto.rpc.Compare.CompareTarget;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
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
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtoMapperTest {
    private static final KeyValue KV = new KeyValue(Bytes.utf8("k"), Bytes.utf8("v"), 2, 3, 4, 5);

    private final ProtoMapper mapper = new ProtoMapper(new NodeIdentity(11, -12, () -> 13));

    @Test
    void takesEveryOptionOfARange() {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setRangeEnd(utf8("b"))
                .setLimit(7)
                .setRevision(8)
                .setSortOrder(RangeRequest.SortOrder.DESCEND)
                .setSortTarget(RangeRequest.SortTarget.CREATE)
                .setKeysOnly(true)
                .setCountOnly(true)
                .setMinModRevision(1)
                .setMaxModRevision(2)
                .setMinCreateRevision(3)
                .setMaxCreateRevision(4)
                .build();

        assertThat(ProtoMapper.range(request))
                .isEqualTo(new Op.Range(
                        KeyRange.between(Bytes.utf8("a"), Bytes.utf8("b")),
                        8,
                        7,
                        Op.SortTarget.CREATE_REVISION,
                        Op.SortOrder.DESCEND,
                        true,
                        true,
                        1,
                        2,
                        3,
                        4));
    }

    @Test
    void takesARangeEndOfOneZeroByteAsNoEnd() {
        DeleteRangeRequest request = DeleteRangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                .setPrevKv(true)
                .build();

        assertThat(ProtoMapper.deleteRange(request))
                .isEqualTo(new Op.DeleteRange(KeyRange.fromKey(Bytes.utf8("a")), true));
    }

    @Test
    void takesATransactionWithAllItsParts() {
        PutRequest put = PutRequest.newBuilder()
                .setKey(utf8("p"))
                .setValue(utf8("v"))
                .setLease(9)
                .setPrevKv(true)
                .setIgnoreValue(true)
                .setIgnoreLease(true)
                .build();
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(compare(CompareTarget.MOD, CompareResult.EQUAL).setModRevision(4))
                .addCompare(
                        compare(CompareTarget.VALUE, CompareResult.NOT_EQUAL).setValue(utf8("x")))
                .addCompare(compare(CompareTarget.LEASE, CompareResult.LESS).setLease(3))
                .addSuccess(RequestOp.newBuilder().setRequestPut(put))
                .addFailure(RequestOp.newBuilder()
                        .setRequestTxn(TxnRequest.newBuilder().addSuccess(range(false))))
                .build();

        KeyRange key = KeyRange.single(Bytes.utf8("c"));
        assertThat(ProtoMapper.txn(request))
                .isEqualTo(new Txn(
                        List.of(
                                new Compare(key, Compare.Target.MOD_REVISION, Compare.Relation.EQUAL, 4, Bytes.EMPTY),
                                new Compare(key, Compare.Target.VALUE, Compare.Relation.NOT_EQUAL, 0, Bytes.utf8("x")),
                                new Compare(key, Compare.Target.LEASE, Compare.Relation.LESS, 3, Bytes.EMPTY)),
                        List.of(new Op.Put(Bytes.utf8("p"), Bytes.utf8("v"), 9, true, true, true)),
                        List.of(new Op.Nested(Txn.of(Op.Range.of(KeyRange.single(Bytes.utf8("r"))))))));
    }

    @Test
    void comparesWithZeroWhereTheNumberOfAnotherTargetIsGiven() {
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(compare(CompareTarget.VERSION, CompareResult.EQUAL).setModRevision(4))
                .build();

        assertThat(ProtoMapper.txn(request).compares().get(0).number()).isZero();
    }

    @Test
    void keepsThePlaceOfAnOperationThatIsNone() {
        TxnRequest request = TxnRequest.newBuilder()
                .addSuccess(RequestOp.getDefaultInstance())
                .build();

        assertThat(ProtoMapper.txn(request).success())
                .as("refused in its turn, by the validator")
                .containsExactly(new Op.Invalid(InvalidRequestException.Kind.KEY_NOT_FOUND));
    }

    @Test
    void refusesASortThatIsNone() {
        RangeRequest request = RangeRequest.newBuilder()
                .setKey(utf8("a"))
                .setSortTargetValue(77)
                .build();

        assertThatThrownBy(() -> ProtoMapper.range(request))
                .hasMessage("INVALID_ARGUMENT: etcdserver: invalid sort option");
    }

    @Test
    void readsATransactionSerializablyOnlyIfAllItsRangesSaySo() {
        assertThat(ProtoMapper.txnLevel(TxnRequest.newBuilder()
                        .addSuccess(range(true))
                        .addFailure(range(true))
                        .build()))
                .isEqualTo(ReadLevel.SERIALIZABLE);
        assertThat(ProtoMapper.txnLevel(TxnRequest.newBuilder()
                        .addSuccess(range(true))
                        .addFailure(range(false))
                        .build()))
                .isEqualTo(ReadLevel.LINEARIZABLE);
    }

    @Test
    void takesAWatchOnTheEmptyKeyAsOneOnTheSmallest() {
        WatchCreateRequest request = WatchCreateRequest.newBuilder()
                .setRangeEnd(ByteString.copyFrom(new byte[] {0}))
                .setStartRevision(5)
                .setWatchId(6)
                .setPrevKv(true)
                .setProgressNotify(true)
                .addFilters(WatchCreateRequest.FilterType.NODELETE)
                .build();

        assertThat(ProtoMapper.watch(request))
                .isEqualTo(
                        new WatchRequest(KeyRange.fromKey(Bytes.wrap(new byte[] {0})), 5, 6, true, false, true, true));
    }

    @Test
    void fillsHeadersInsideATransactionAsEtcdDoes() {
        TxnResult nested = new TxnResult(21, true, List.of());

        TxnResponse reply = mapper.reply(new TxnResult(
                21,
                false,
                List.of(
                        new OpResult.Put(21, KV),
                        new OpResult.DeleteRange(21, 1, List.of(KV)),
                        new OpResult.Range(new RangeResult(21, List.of(), 0, false)),
                        new OpResult.Nested(nested))));

        ResponseHeader inner = ResponseHeader.newBuilder().setRevision(21).build();
        assertThat(reply.getHeader().getMemberId()).isEqualTo(-12);
        assertThat(reply.getSucceeded()).isFalse();
        assertThat(reply.getResponses(0).getResponsePut().getHeader()).isEqualTo(inner);
        assertThat(reply.getResponses(0).getResponsePut().getPrevKv().getVersion())
                .isEqualTo(4);
        assertThat(reply.getResponses(1).getResponseDeleteRange().getHeader()).isEqualTo(inner);
        assertThat(reply.getResponses(1).getResponseDeleteRange().getPrevKvsCount())
                .isOne();
        assertThat(reply.getResponses(2).getResponseRange().getHeader()).isEqualTo(inner);
        assertThat(reply.getResponses(3).getResponseTxn().hasHeader()).isTrue();
        assertThat(reply.getResponses(3).getResponseTxn().getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
    }

    @Test
    void showsADeletionByKeyAndRevisionOnly() {
        Event event = ProtoMapper.event(new KeyEvent(KeyValue.tombstone(Bytes.utf8("k"), 9), 0, KV));

        assertThat(event.getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(event.getKv())
                .isEqualTo(io.quorlite.etcd.proto.kv.KeyValue.newBuilder()
                        .setKey(utf8("k"))
                        .setModRevision(9)
                        .build());
        assertThat(event.getPrevKv().getModRevision()).isEqualTo(3);
    }

    private static io.quorlite.etcd.proto.rpc.Compare.Builder compare(CompareTarget target, CompareResult result) {
        return io.quorlite.etcd.proto.rpc.Compare.newBuilder()
                .setKey(utf8("c"))
                .setTarget(target)
                .setResult(result);
    }

    private static RequestOp range(boolean serializable) {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(utf8("r")).setSerializable(serializable))
                .build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}

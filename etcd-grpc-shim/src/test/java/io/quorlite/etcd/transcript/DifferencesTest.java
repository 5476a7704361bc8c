package io.quorlite.etcd.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorlite.etcd.proto.kv.KeyValue;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import org.junit.jupiter.api.Test;

/** A replay that cannot fail proves nothing. */
class DifferencesTest {
    private final Differences differences = new Differences();
    private final Leveller leveller = new Leveller();

    @Test
    void showsWhatEachSideHasAlone() {
        compare(response(5, 7, 1, 0), response(6, 7, 1, 0));

        assertThat(differences.found()).containsExactly("here\n  -   revision: 5\n  +   revision: 6");
    }

    @Test
    void seesALostKeyThoughItsLinesAreElsewhereToo() {
        RangeResponse two = response(5, 7, 1, 0).toBuilder()
                .addKvs(response(5, 7, 1, 0).getKvs(0))
                .build();

        compare(two, response(5, 7, 1, 0));

        assertThat(differences.found()).hasSize(1);
    }

    @Test
    void overlooksWhoAnsweredAndHowLeasesAreCalled() {
        leveller.leaseGranted(100, 200);

        compare(response(5, 7, 1, 100), response(5, 8, 2, 200));

        assertThat(differences.found()).isEmpty();
    }

    @Test
    void doesNotOverlookALeaseThatIsAnotherOne() {
        leveller.leaseGranted(100, 200);

        compare(response(5, 7, 1, 100), response(5, 7, 1, 201));
        compare(response(5, 7, 1, 100), response(5, 7, 1, 0));

        assertThat(differences.found()).hasSize(2);
    }

    @Test
    void sendsTheLeasesOfTheReplay() {
        leveller.leaseGranted(100, 200);

        TxnRequest sent = leveller.request(TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setLease(100)))
                .build());

        assertThat(sent.getSuccess(0).getRequestPut().getLease()).isEqualTo(200);
    }

    private void compare(RangeResponse recorded, RangeResponse replayed) {
        differences.compare("here", Leveller.recorded(recorded), leveller.replayed(replayed));
    }

    private static RangeResponse response(long revision, long member, long term, long lease) {
        return RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder()
                        .setRevision(revision)
                        .setMemberId(member)
                        .setRaftTerm(term))
                .addKvs(KeyValue.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setLease(lease))
                .build();
    }
}

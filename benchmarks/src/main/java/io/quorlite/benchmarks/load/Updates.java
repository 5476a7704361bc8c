package io.quorlite.benchmarks.load;

import com.google.protobuf.ByteString;
import io.quorlite.etcd.proto.rpc.Compare;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.TxnResponse;
import java.util.concurrent.atomic.AtomicLongArray;

/** Updates as Kubernetes writes them: if the key is at the revision last seen, put it, else read it. */
public final class Updates implements Operation {
    private final Target target;
    private final int keys;
    private final ByteString value;
    /** The revision last seen of each key; 0 for none, so that the first update of each reads it. */
    private final AtomicLongArray revisions;

    public Updates(Target target, int keys, int valueBytes) {
        this.target = target;
        this.keys = keys;
        this.value = Puts.value(valueBytes);
        this.revisions = new AtomicLongArray(keys);
    }

    @Override
    public void start(int number, Done done) {
        int slot = Math.floorMod(number, keys);
        ByteString key = Puts.key(number, keys);
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder()
                        .setKey(key)
                        .setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(revisions.get(slot)))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value)))
                .addFailure(RequestOp.newBuilder()
                        .setRequestRange(RangeRequest.newBuilder().setKey(key)))
                .build();
        target.kv(number).txn(request, done.with(response -> {
            revisions.set(slot, revision(response));
            return 1;
        }));
    }

    private static long revision(TxnResponse response) {
        if (response.getSucceeded()) {
            return response.getHeader().getRevision();
        }
        var read = response.getResponses(0).getResponseRange();
        return read.getKvsCount() == 0 ? 0 : read.getKvs(0).getModRevision();
    }
}

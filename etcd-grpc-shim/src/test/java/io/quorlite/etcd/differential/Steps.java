package io.quorlite.etcd.differential;

import com.google.protobuf.ByteString;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.Compare;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseLeasesRequest;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import java.util.Random;

/** Draws steps: few keys that overlap, so that everything meets everything; every field, wrong values among them. */
final class Steps {
    private static final String[] KEYS = {"a", "ab", "abc", "b", "ba", "c", "c/1", "c/2", "c/\u00ff", "d"};
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});
    private static final int NESTING_MAX = 2;

    private final Random random;

    Steps(Random random) {
        this.random = random;
    }

    static ByteString key(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** What may come next. Everything random is drawn here; only revisions are left open. */
    Step next() {
        int draw = random.nextInt(100);
        if (draw < 24) {
            PutRequest put = put(true);
            return new Step.Call(revision -> put);
        } else if (draw < 46) {
            return range();
        } else if (draw < 54) {
            DeleteRangeRequest delete = delete();
            return new Step.Call(revision -> delete);
        } else if (draw < 76) {
            return txn();
        } else if (draw < 80) {
            int back = random.nextInt(12) - 2;
            boolean physical = random.nextBoolean();
            return new Step.Call(revision -> CompactionRequest.newBuilder()
                    .setRevision(revision - back)
                    .setPhysical(physical)
                    .build());
        } else if (draw < 88) {
            return lease();
        } else if (draw < 97) {
            return watch();
        }
        return new Step.CancelWatch(random.nextInt(4));
    }

    private ByteString oneKey() {
        return random.nextInt(60) == 0 ? ByteString.EMPTY : key(KEYS[random.nextInt(KEYS.length)]);
    }

    private ByteString end(ByteString from) {
        return switch (random.nextInt(5)) {
            case 0 -> ZERO;
            case 1 -> prefixEnd(from);
            case 2 -> oneKey();
            default -> ByteString.EMPTY;
        };
    }

    private static ByteString prefixEnd(ByteString prefix) {
        byte[] bytes = prefix.toByteArray();
        if (bytes.length == 0) {
            return ZERO;
        }
        bytes[bytes.length - 1]++;
        return ByteString.copyFrom(bytes);
    }

    private long lease0() {
        return random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
    }

    private PutRequest put(boolean ignoring) {
        PutRequest.Builder put =
                PutRequest.newBuilder().setKey(oneKey()).setLease(lease0()).setPrevKv(random.nextBoolean());
        if (random.nextInt(8) != 0) {
            put.setValue(key("v" + random.nextInt(5)));
        }
        if (ignoring && random.nextInt(8) == 0) {
            put.setIgnoreValue(true);
            if (random.nextInt(4) != 0) {
                put.clearValue();
            }
        }
        if (ignoring && random.nextInt(8) == 0) {
            put.setIgnoreLease(true);
            if (random.nextInt(4) != 0) {
                put.clearLease();
            }
        }
        return put.build();
    }

    private DeleteRangeRequest delete() {
        ByteString from = oneKey();
        return DeleteRangeRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end(from))
                .setPrevKv(random.nextBoolean())
                .build();
    }

    /** A range whose revisions are how far back they lie; {@link #at} makes them absolute. */
    private RangeRequest rangeBack() {
        ByteString from = oneKey();
        RangeRequest.Builder range = RangeRequest.newBuilder().setKey(from).setRangeEnd(end(from));
        if (random.nextInt(3) == 0) {
            range.setRevision(1 + random.nextInt(30));
        }
        if (random.nextInt(3) == 0) {
            range.setLimit(random.nextInt(5));
        }
        if (random.nextInt(4) == 0) {
            range.setSortTargetValue(random.nextInt(5)).setSortOrderValue(random.nextInt(3));
        }
        range.setKeysOnly(random.nextInt(6) == 0);
        range.setCountOnly(random.nextInt(6) == 0);
        range.setSerializable(random.nextInt(4) == 0);
        if (random.nextInt(8) == 0) {
            range.setMinModRevision(1 + random.nextInt(20));
        }
        if (random.nextInt(8) == 0) {
            range.setMaxModRevision(1 + random.nextInt(20));
        }
        if (random.nextInt(8) == 0) {
            range.setMinCreateRevision(1 + random.nextInt(20));
        }
        if (random.nextInt(8) == 0) {
            range.setMaxCreateRevision(1 + random.nextInt(20));
        }
        return range.build();
    }

    private Step range() {
        RangeRequest back = rangeBack();
        return new Step.Call(revision -> at(revision, back));
    }

    /** 1 becomes the revision after next, 2 the next, 3 the current one, 4 the one before, and so on. */
    private static RangeRequest at(long revision, RangeRequest back) {
        RangeRequest.Builder range = back.toBuilder();
        range.setRevision(absolute(revision, back.getRevision()));
        range.setMinModRevision(absolute(revision, back.getMinModRevision()));
        range.setMaxModRevision(absolute(revision, back.getMaxModRevision()));
        range.setMinCreateRevision(absolute(revision, back.getMinCreateRevision()));
        range.setMaxCreateRevision(absolute(revision, back.getMaxCreateRevision()));
        return range.build();
    }

    private static long absolute(long revision, long back) {
        return back == 0 ? 0 : revision + 3 - back;
    }

    private Step txn() {
        TxnRequest back = txnBack(0, random.nextInt(3) != 0);
        return new Step.Call(revision -> at(revision, back));
    }

    /**
     * @param deletes whether deletions may occur; then puts do not ignore value or lease, because etcd 3.5 panics on such a put
     *     after the deletion of its key in the same transaction
     */
    private TxnRequest txnBack(int depth, boolean deletes) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addCompare(compareBack());
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            txn.addSuccess(opBack(depth, deletes));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            txn.addFailure(opBack(depth, deletes));
        }
        return txn.build();
    }

    private RequestOp opBack(int depth, boolean deletes) {
        RequestOp.Builder op = RequestOp.newBuilder();
        int draw = random.nextInt(20);
        if (draw < 9) {
            op.setRequestPut(put(!deletes));
        } else if (draw < 14) {
            op.setRequestRange(rangeBack());
        } else if (draw < 17 && deletes) {
            op.setRequestDeleteRange(delete());
        } else if (draw < 19 && depth < NESTING_MAX) {
            op.setRequestTxn(txnBack(depth + 1, deletes));
        } else if (draw < 19) {
            op.setRequestPut(put(!deletes));
        }
        return op.build(); // else one that asks for nothing
    }

    private Compare compareBack() {
        ByteString from = oneKey();
        Compare.Builder compare = Compare.newBuilder()
                .setKey(from)
                .setRangeEnd(random.nextInt(4) == 0 ? end(from) : ByteString.EMPTY)
                .setResultValue(random.nextInt(4));
        return switch (random.nextInt(5)) {
            case 0 ->
                compare.setTarget(Compare.CompareTarget.VERSION)
                        .setVersion(random.nextInt(4))
                        .build();
            case 1 ->
                compare.setTarget(Compare.CompareTarget.CREATE)
                        .setCreateRevision(random.nextInt(12))
                        .build();
            case 2 ->
                compare.setTarget(Compare.CompareTarget.MOD)
                        .setModRevision(random.nextInt(12))
                        .build();
            case 3 ->
                compare.setTarget(Compare.CompareTarget.VALUE)
                        .setValue(key("v" + random.nextInt(5)))
                        .build();
            default ->
                compare.setTarget(Compare.CompareTarget.LEASE)
                        .setLease(lease0())
                        .build();
        };
    }

    private static TxnRequest at(long revision, TxnRequest back) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        for (Compare compare : back.getCompareList()) {
            Compare.Builder absolute = compare.toBuilder();
            if (compare.getTarget() == Compare.CompareTarget.CREATE) {
                absolute.setCreateRevision(absolute(revision, compare.getCreateRevision()));
            } else if (compare.getTarget() == Compare.CompareTarget.MOD) {
                absolute.setModRevision(absolute(revision, compare.getModRevision()));
            }
            txn.addCompare(absolute);
        }
        back.getSuccessList().forEach(op -> txn.addSuccess(at(revision, op)));
        back.getFailureList().forEach(op -> txn.addFailure(at(revision, op)));
        return txn.build();
    }

    private static RequestOp at(long revision, RequestOp back) {
        return switch (back.getRequestCase()) {
            case REQUEST_RANGE ->
                back.toBuilder()
                        .setRequestRange(at(revision, back.getRequestRange()))
                        .build();
            case REQUEST_TXN ->
                back.toBuilder()
                        .setRequestTxn(at(revision, back.getRequestTxn()))
                        .build();
            default -> back;
        };
    }

    private Step lease() {
        long id = 1 + random.nextInt(4);
        return switch (random.nextInt(6)) {
            case 0, 1, 2 -> {
                long ttl = random.nextInt(12) == 0 ? 9_000_000_001L : 1_000 + random.nextInt(1_000);
                yield new Step.Call(revision ->
                        LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
            }
            case 3 ->
                new Step.Call(
                        revision -> LeaseRevokeRequest.newBuilder().setID(id).build());
            case 4 -> {
                boolean keys = random.nextBoolean();
                yield new Step.Call(revision -> LeaseTimeToLiveRequest.newBuilder()
                        .setID(id)
                        .setKeys(keys)
                        .build());
            }
            default -> new Step.Call(revision -> LeaseLeasesRequest.getDefaultInstance());
        };
    }

    private Step watch() {
        ByteString from = oneKey();
        WatchCreateRequest.Builder watch = WatchCreateRequest.newBuilder()
                .setKey(from)
                .setRangeEnd(end(from))
                .setPrevKv(random.nextBoolean());
        if (random.nextInt(4) == 0) {
            watch.addFiltersValue(random.nextInt(2));
        }
        if (random.nextInt(5) == 0) {
            watch.setWatchId(random.nextInt(5));
        }
        watch.setFragment(random.nextInt(8) == 0);
        int start = random.nextInt(4);
        int back = random.nextInt(14);
        return new Step.Watch(revision -> switch (start) {
            case 0 -> watch.clone().build();
            case 1 -> watch.clone().setStartRevision(revision + 1).build();
            case 2 ->
                watch.clone().setStartRevision(Math.max(1, revision + 2 - back)).build();
            default ->
                watch.clone()
                        .setStartRevision(back == 0 ? -1 : Math.max(1, revision - back))
                        .build();
        });
    }
}

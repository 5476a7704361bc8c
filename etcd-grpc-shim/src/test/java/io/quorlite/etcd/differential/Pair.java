package io.quorlite.etcd.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.etcd.EtcdServer;
import io.quorlite.etcd.EtcdServerConfig;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.reference.RealEtcd;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** This store and a real etcd, both empty at first, and from then on told the same. */
final class Pair implements AutoCloseable {
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});

    private final RealEtcd realEtcd;
    private final Datastore store;
    private final EtcdServer server;
    private final Peer etcd;
    private final Peer ours;
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final Set<Long> granted = new TreeSet<>();
    /**
     * Revisions whose transaction deletes and puts. etcd 3.5 lets a put follow the deletion of its key up to the end of the key
     * space; a compaction at just that revision keeps the tombstone, drops the put behind it, and the next read of the key ends
     * the process.
     */
    private final Set<Long> lostByCompaction = new HashSet<>();
    /** Whether a watch may still be reading the past. */
    private boolean catchingUp;

    private WatchCreateRequest firstChange = WatchCreateRequest.getDefaultInstance();

    Pair(Path folder) throws IOException, InterruptedException {
        realEtcd = RealEtcd.start(folder.resolve("etcd"));
        int port = FreePorts.drawOne();
        store = Datastore.open(DatastoreConfig.builder(folder.resolve("quorlite"))
                .clientUrls(List.of("http://127.0.0.1:" + port))
                .build());
        server = EtcdServer.start(
                store, EtcdServerConfig.builder().listen("127.0.0.1", port).build());
        etcd = new Peer("etcd", realEtcd.port());
        ours = new Peer("quorlite", server.port());
        ours.awaitReady(30);
    }

    /** Whether there is no etcd any more to compare with: one that ends by itself says nothing about us. */
    boolean etcdHasEnded() throws InterruptedException {
        return realEtcd.hasEnded();
    }

    /** How etcd ended by itself. */
    String etcdEnding() throws IOException {
        return realEtcd.ending();
    }

    int etcdPort() {
        return realEtcd.port();
    }

    int ourPort() {
        return server.port();
    }

    /**
     * Takes the steps on both and returns the first difference with the steps that led to it, or an empty text. The stores
     * begin without keys and leases, at whatever revision they are.
     */
    String difference(List<Step> steps) throws InterruptedException {
        StringBuilder story = new StringBuilder();
        empty();
        try (WatchTranscript theirs = new WatchTranscript(etcd);
                WatchTranscript mine = new WatchTranscript(ours)) {
            theirs.awaitCreations();
            mine.awaitCreations();
            for (Step step : steps) {
                String difference = take(step, theirs, mine, story);
                if (!difference.isEmpty()) {
                    return story + difference;
                }
            }
            return watchDifference(theirs, mine, story);
        }
    }

    private String take(Step step, WatchTranscript theirs, WatchTranscript mine, StringBuilder story)
            throws InterruptedException {
        if (step instanceof Step.Call call) {
            Message request = call.request().apply(ours.revision());
            if (request instanceof CompactionRequest compaction) {
                if (lostByCompaction.contains(compaction.getRevision())) {
                    return "";
                }
                awaitCaughtUp(theirs, mine); // what a compaction overtakes is not heard
            } else if (request instanceof LeaseGrantRequest grant) {
                granted.add(grant.getID());
            }
            return both(request, story);
        }
        if (step instanceof Step.Watch watch) {
            var request = watch.request().apply(ours.revision());
            story.append("watch ").append(line(request)).append('\n');
            catchingUp |= request.getStartRevision() != 0;
            theirs.create(request);
            mine.create(request);
            theirs.awaitCreations();
            mine.awaitCreations();
        } else if (step instanceof Step.CancelWatch cancel) {
            story.append("cancel watch ").append(cancel.watchId()).append('\n');
            awaitCaughtUp(theirs, mine); // what a cancellation overtakes is not heard
            theirs.cancel(cancel.watchId());
            mine.cancel(cancel.watchId());
            // What was cancelled hears nothing of what is written next, so the cancellation must have arrived.
            theirs.create(marker());
            mine.create(marker());
            theirs.awaitCreations();
            mine.awaitCreations();
        }
        return "";
    }

    /** A watch of nothing that is ever written: its creation is answered behind everything sent on the stream before. */
    private static WatchCreateRequest marker() {
        return WatchCreateRequest.newBuilder().setKey(Steps.key("zz/marker")).build();
    }

    private String both(Message request, StringBuilder story) {
        boolean deletesAndPuts = request instanceof TxnRequest txn && deletes(txn) && puts(txn);
        long before = deletesAndPuts ? ours.revision() : 0;
        CompletableFuture<String> theirs = CompletableFuture.supplyAsync(() -> etcd.call(request), other);
        String actual = ours.call(request);
        String expected = theirs.join();
        if (deletesAndPuts && ours.revision() > before) {
            lostByCompaction.add(ours.revision());
        }
        story.append(request.getClass().getSimpleName())
                .append(' ')
                .append(line(request))
                .append('\n');
        return expected.equals(actual) ? "" : "etcd:\n" + expected + "\nquorlite:\n" + actual + "\n";
    }

    private static boolean deletes(TxnRequest txn) {
        return operations(txn)
                .anyMatch(op -> op.hasRequestDeleteRange() || op.hasRequestTxn() && deletes(op.getRequestTxn()));
    }

    private static boolean puts(TxnRequest txn) {
        return operations(txn).anyMatch(op -> op.hasRequestPut() || op.hasRequestTxn() && puts(op.getRequestTxn()));
    }

    private static Stream<RequestOp> operations(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream());
    }

    private String watchDifference(WatchTranscript theirs, WatchTranscript mine, StringBuilder story)
            throws InterruptedException {
        String difference = both(
                PutRequest.newBuilder()
                        .setKey(Steps.key(WatchTranscript.lastWordKey()))
                        .build(),
                story);
        if (!difference.isEmpty()) {
            return story + difference;
        }
        theirs.awaitLastWord();
        mine.awaitLastWord();
        return settle(theirs, mine)
                ? ""
                : story + "etcd's watches:\n" + theirs.text() + "\nquorlite's:\n" + mine.text();
    }

    private void awaitCaughtUp(WatchTranscript theirs, WatchTranscript mine) throws InterruptedException {
        if (catchingUp) {
            theirs.awaitCaughtUp(firstChange);
            mine.awaitCaughtUp(firstChange);
            catchingUp = false;
        }
    }

    /** Waits until both streams have said the same, as a watch may still be catching up; false if they do not come to it. */
    private static boolean settle(WatchTranscript theirs, WatchTranscript mine) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!theirs.text().equals(mine.text())) {
            if (System.nanoTime() > deadlineNanos) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return true;
    }

    private void empty() {
        for (Peer peer : List.of(etcd, ours)) {
            for (long lease : granted) {
                peer.call(LeaseRevokeRequest.newBuilder().setID(lease).build());
            }
            peer.call(DeleteRangeRequest.newBuilder()
                    .setKey(EVERYTHING)
                    .setRangeEnd(EVERYTHING)
                    .build());
            peer.call(PutRequest.newBuilder().setKey(Steps.key("zz/first")).build());
        }
        granted.clear();
        firstChange = WatchCreateRequest.newBuilder()
                .setKey(Steps.key("zz/first"))
                .setStartRevision(ours.revision())
                .build();
        catchingUp = false;
    }

    private static String line(Message message) {
        return TextFormat.printer().emittingSingleLine(true).printToString(message);
    }

    @Override
    public void close() {
        other.shutdownNow();
        ours.close();
        etcd.close();
        server.close();
        store.close();
        realEtcd.close();
    }
}

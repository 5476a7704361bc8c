package io.quorlite.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.DeleteRangeRequest;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseLeasesRequest;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.LeaseTimeToLiveRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import io.quorlite.etcd.reference.RealEtcd;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests with an edge to them, in one order, to this server and to etcd: every answer and every refusal is the same. */
class SameAnswersTest {
    @TempDir
    Path directory;

    @Test
    void answersAndRefusesAsEtcdDoes() throws Exception {
        Optional<Path> binary = RealEtcd.programs();
        assumeTrue(binary.isPresent(), "etcd is not installed; .ci/install-etcd unpacks it");
        List<String> ours;
        try (Datastore store = Datastore.open(DatastoreConfig.inDirectory(directory.resolve("data")));
                EtcdServer server = EtcdServer.start(
                        store, EtcdServerConfig.builder().listen("127.0.0.1", 0).build())) {
            ours = answers(server.port());
        }
        List<String> theirs;
        Path etcdDirectory = Files.createDirectory(directory.resolve("real"));
        try (RealEtcd etcd = RealEtcd.start(etcdDirectory)) {
            theirs = answers(etcd.port());
        }

        SoftAssertions.assertSoftly(each -> {
            for (int i = 0; i < theirs.size(); i++) {
                each.assertThat(ours.get(i)).isEqualTo(theirs.get(i));
            }
        });
    }

    private static List<String> answers(int port) throws Exception {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            Conversation conversation = new Conversation(channel);
            keyValues(conversation);
            transactions(conversation);
            leases(conversation);
            watches(conversation);
            return conversation.answers;
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static void keyValues(Conversation to) throws Exception {
        to.put("key: 'a' value: '1'");
        to.put("key: 'a' value: '2' prev_kv: true");
        to.put("key: 'b' value: '3' lease: 77");
        to.put("value: 'no key'");
        to.put("key: 'a' value: 'x' ignore_value: true");
        to.put("key: 'a' lease: 5 ignore_lease: true");
        to.put("key: 'new' ignore_value: true");
        to.put("key: 'new' ignore_lease: true");
        to.put("key: 'a' ignore_value: true ignore_lease: true prev_kv: true");
        to.put("key: '\\000\\377' value: '\\377'");
        to.range("key: 'a'");
        to.range("key: 'a' range_end: 'b'");
        to.range("key: 'b' range_end: 'a'");
        to.range("key: '\\000' range_end: '\\000'");
        to.range("key: '\\000' range_end: '\\000' limit: 1");
        to.range("key: '\\000' range_end: '\\000' limit: -1 keys_only: true sort_order: DESCEND");
        to.range("key: '\\000' range_end: '\\000' count_only: true limit: 1");
        to.range("key: '\\000' range_end: '\\000' sort_target: VALUE sort_order: DESCEND limit: 1");
        to.range("key: '\\000' range_end: '\\000' sort_target: MOD");
        to.range("key: '\\000' range_end: '\\000' min_mod_revision: 3 max_create_revision: 2");
        to.range("key: 'a' revision: 2 serializable: true");
        to.range("key: 'a' revision: 99");
        to.range("key: 'a' revision: -5");
        to.range("range_end: 'z'");
        to.delete("key: 'nothing'");
        to.delete("key: 'a' range_end: '\\000' prev_kv: true");
        to.delete("range_end: 'z'");
        to.compact(3);
        to.compact(3);
        to.compact(99);
        to.range("key: 'a' revision: 2");
        to.range("key: 'a' revision: 3");
    }

    private static void transactions(Conversation to) throws Exception {
        to.txn("");
        to.txn("compare { key: 'c' target: VERSION version: 0 } success { request_put { key: 'c' value: '1' } }");
        to.txn("compare { key: 'c' target: VALUE value: '1' } success { request_range { key: 'c' } }"
                + " success { request_put { key: 'd' value: '2' prev_kv: true } } success { request_range { key: 'd' } }"
                + " success { request_delete_range { key: 'nothing' } }"
                + " success { request_delete_range { key: 'c' prev_kv: true } }");
        to.txn("compare { key: 'c' target: VALUE value: '1' } failure { request_delete_range { key: 'nothing' } }");
        to.txn("compare { key: 'nothing' target: VALUE result: NOT_EQUAL value: '1' }");
        to.txn("compare { key: 'nothing' range_end: 'z' target: MOD result: LESS mod_revision: 1 }");
        to.txn("compare { key: 'd' target: LEASE result: GREATER version: 3 }");
        to.txn("success { request_txn { compare { key: 'd' target: CREATE result: GREATER create_revision: 1 }"
                + " success { request_put { key: 'e' value: '5' } } success { request_range { key: 'e' } } } }"
                + " success { request_txn { failure { request_put { key: 'f' } } } }");
        to.txn("success { request_put { key: 'g' } } success { request_put { key: 'g' } }");
        to.txn("success { request_put { key: 'g' } } success { request_delete_range { key: 'a' range_end: 'z' } }");
        to.txn("success { request_delete_range { key: 'g' } } success { request_delete_range { key: 'g' } }");
        to.txn("success { request_txn { success { request_put { key: 'h' } } failure { request_put { key: 'h' } } } }");
        to.txn("success { request_txn { success { request_put { key: 'h' } } } } success { request_put { key: 'h' } }");
        to.txn("success { }");
        to.txn("compare { target: MOD }");
        to.txn("success { request_put { } }");
        to.txn("success { request_range { key: 'a' revision: 1 } } success { request_put { key: 'never' } }");
        to.txn("success { request_range { key: 'a' revision: 999 } }");
        to.txn("success { request_put { key: 'never' ignore_value: true } }");
        to.txn("success { request_put { key: 'never' lease: 404 } }");
        to.txn("success { request_put { key: 'i' } } success { request_range { key: 'i' } }"
                + " success { request_range { key: 'i' revision: 4 } }");
        to.txn(operations(128, 1));
        to.txn(operations(129, 1));
        to.txn(operations(2, 127));
        to.range("key: '\\000' range_end: '\\000'");
    }

    private static void leases(Conversation to) throws Exception {
        to.grant("ID: 500 TTL: 1000");
        to.grant("ID: 500 TTL: 1000");
        to.grant("ID: 501 TTL: 9000000001");
        to.grant("ID: 502 TTL: 9000000000");
        to.put("key: 'leased' lease: 500");
        to.put("key: 'also' lease: 500");
        to.put("key: 'also' value: 'detached'");
        to.timeToLive("ID: 500 keys: true");
        to.timeToLive("ID: 503 keys: true");
        to.leases();
        to.revoke(500);
        to.revoke(500);
        to.range("key: 'leased'");
        to.range("key: 'also'");
    }

    private static void watches(Conversation to) throws Exception {
        to.put("key: 'w' value: 'before'");
        to.watch("create_request { key: 'w' prev_kv: true }", 1);
        to.watch("create_request { key: 'w' watch_id: 7 filters: NOPUT }", 1);
        to.watch("create_request { key: 'w' watch_id: 7 }", 1);
        to.watch("create_request { key: 'w' range_end: 'a' }", 1);
        to.watch("create_request { key: 'w' start_revision: -1 }", 1);
        to.watch("cancel_request { watch_id: 99 }", 0);
        to.watch("", 0);
        to.watch("create_request { range_end: '\\000' watch_id: 8 start_revision: 1000 }", 1);
        to.watch("progress_request { }", 0); // one watch starts in the future
        to.watch("cancel_request { watch_id: 8 }", 1);
        to.watch("progress_request { }", 1);
        to.put("key: 'w' value: 'after'");
        to.watched(1);
        to.watch("cancel_request { watch_id: 0 }", 1);
        to.delete("key: 'w'");
        to.watched(1);
        // last, because a stream of etcd's that had a compacted watch tells no progress any more
        to.watch("create_request { key: 'w' start_revision: 1 }", 2);
    }

    private static String operations(int count, int inEach) {
        StringBuilder request = new StringBuilder();
        for (int i = 0; i < count; i++) {
            if (inEach == 1) {
                request.append("success { request_put { key: 'op").append(i).append("' } }");
            } else {
                request.append("failure { request_txn {")
                        .append("success { request_range { key: 'x' } }".repeat(inEach))
                        .append("} }");
            }
        }
        return request.toString();
    }

    /** Sends requests one by one and writes down what comes back, without what two clusters cannot have in common. */
    private static final class Conversation {
        final List<String> answers = new ArrayList<>();
        private final Channel channel;
        private final BlockingQueue<Message> watched = new LinkedBlockingQueue<>();
        private final StreamObserver<WatchRequest> watches;

        Conversation(Channel channel) {
            this.channel = channel;
            this.watches = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
                @Override
                public void onNext(WatchResponse response) {
                    watched.add(response);
                }

                @Override
                public void onError(Throwable cause) {}

                @Override
                public void onCompleted() {}
            });
        }

        /** Sends a request on the one stream of watches, and writes down the next {@code responses} on it. */
        void watch(String request, int responses) throws Exception {
            WatchRequest.Builder message = WatchRequest.newBuilder();
            TextFormat.merge(request, message);
            watches.onNext(message.build());
            watched(responses);
        }

        void watched(int responses) {
            for (int i = 0; i < responses; i++) {
                record("watched", () -> Objects.requireNonNull(watched.poll(10, TimeUnit.SECONDS), "no response"));
            }
        }

        void put(String request) throws Exception {
            ask(request, PutRequest.newBuilder(), r -> kv().put(r.build()));
        }

        void range(String request) throws Exception {
            ask(request, RangeRequest.newBuilder(), r -> kv().range(r.build()));
        }

        void delete(String request) throws Exception {
            ask(request, DeleteRangeRequest.newBuilder(), r -> kv().deleteRange(r.build()));
        }

        void txn(String request) throws Exception {
            ask(request, TxnRequest.newBuilder(), r -> kv().txn(r.build()));
        }

        void compact(long revision) {
            record(
                    "compact " + revision,
                    () -> kv().compact(CompactionRequest.newBuilder()
                            .setRevision(revision)
                            .build()));
        }

        void grant(String request) throws Exception {
            ask(request, LeaseGrantRequest.newBuilder(), r -> lease().leaseGrant(r.build()));
        }

        void revoke(long id) {
            record(
                    "revoke " + id,
                    () -> lease().leaseRevoke(
                                    LeaseRevokeRequest.newBuilder().setID(id).build()));
        }

        void timeToLive(String request) throws Exception {
            ask(request, LeaseTimeToLiveRequest.newBuilder(), r -> {
                var answer = lease().leaseTimeToLive(r.build());
                // how much of it is left depends on when it is asked
                return answer.getTTL() > 0 ? answer.toBuilder().setTTL(1).build() : answer;
            });
        }

        void leases() {
            record("leases", () -> {
                var answer = lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance());
                var sorted = answer.toBuilder().clearLeases();
                answer.getLeasesList().stream()
                        .sorted(java.util.Comparator.comparingLong(l -> l.getID()))
                        .forEach(sorted::addLeases);
                return sorted.build(); // etcd lists them by the order of their ends
            });
        }

        private <B extends Message.Builder> void ask(String text, B request, Call<B> call) throws Exception {
            TextFormat.merge(text, request);
            record(text, () -> call.on(request));
        }

        private void record(String request, java.util.concurrent.Callable<Message> call) {
            String answer;
            try {
                answer = String.valueOf(call.call());
            } catch (StatusRuntimeException e) {
                answer = String.valueOf(e.getMessage());
            } catch (Exception e) {
                throw new AssertionError(request, e);
            }
            String shown = request.length() > 200 ? request.substring(0, 200) : request;
            answers.add(shown + "\n" + answer.replaceAll("(?m)^\\s*(cluster_id|member_id|raft_term): .*\n", ""));
        }

        private KVGrpc.KVBlockingStub kv() {
            return KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        }

        private LeaseGrpc.LeaseBlockingStub lease() {
            return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
        }
    }

    private interface Call<B> {
        Message on(B request) throws InvalidProtocolBufferException;
    }
}

package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.etcd.proto.rpc.AuthEnableRequest;
import io.quorlite.etcd.proto.rpc.AuthGrpc;
import io.quorlite.etcd.proto.rpc.ClusterGrpc;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveRequest;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveResponse;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.Member;
import io.quorlite.etcd.proto.rpc.MemberListRequest;
import io.quorlite.etcd.proto.rpc.MemberListResponse;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdServerTest {
    @TempDir
    Path directory;

    private Datastore store;
    private EtcdServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        store = Datastore.open(DatastoreConfig.builder(directory.resolve("data"))
                .clientUrls(List.of("http://example:2379"))
                .build());
        server = EtcdServer.start(store, config().build());
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.stop();
        store.close();
    }

    @Test
    void answersWithTheWholeHeader() {
        ResponseHeader put = kv().put(put("k", 10)).getHeader();
        ResponseHeader range =
                kv().range(RangeRequest.newBuilder().setKey(utf8("k")).build()).getHeader();

        assertThat(put.getRevision()).isEqualTo(2);
        assertThat(put.getClusterId()).isNotZero();
        assertThat(put.getMemberId()).isNotZero();
        assertThat(put.getRaftTerm()).isNotZero();
        assertThat(range).isEqualTo(put);
    }

    @Test
    void reportsItsStatusInAgreementWithItsMembers() {
        kv().put(put("k", 10));

        StatusResponse status = MaintenanceGrpc.newBlockingStub(channel).status(StatusRequest.getDefaultInstance());
        MemberListResponse members = ClusterGrpc.newBlockingStub(channel)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());

        assertThat(status.getVersion()).startsWith("3.6.");
        assertThat(status.getDbSize()).isPositive();
        assertThat(status.getLeader()).isEqualTo(status.getHeader().getMemberId());
        assertThat(status.getRaftAppliedIndex()).isPositive();
        assertThat(status.getErrorsList()).isEmpty();
        assertThat(members.getHeader().getRevision()).isZero();
        assertThat(members.getMembersList())
                .extracting(Member::getID, Member::getName, Member::getClientURLsList)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(
                        status.getHeader().getMemberId(), "default", List.of("http://example:2379")));
    }

    @Test
    void servesTheProbesOnTheSamePort() throws Exception {
        HttpClient client = HttpClient.newHttpClient();

        assertThat(get(client, "/health")).isEqualTo("200 {\"health\":\"true\",\"reason\":\"\"}");
        assertThat(get(client, "/readyz")).isEqualTo("200 ok\n");
        assertThat(get(client, "/livez/serializable_read?verbose")).isEqualTo("200 [+]serializable_read ok\nok\n");
        assertThat(get(client, "/v2/keys")).isEqualTo("404 404 page not found\n");
    }

    @Test
    void keepsLeasesAliveInTheOrderAskedAndSaysZeroForAnUnknownOne() throws InterruptedException {
        LeaseGrantResponse lease = LeaseGrpc.newBlockingStub(channel)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build());
        BlockingQueue<LeaseKeepAliveResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(channel)
                .leaseKeepAlive(new StreamObserver<>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse response) {
                        answers.add(response);
                    }

                    @Override
                    public void onError(Throwable cause) {
                        answers.add(
                                LeaseKeepAliveResponse.newBuilder().setTTL(-99).build());
                    }

                    @Override
                    public void onCompleted() {
                        answers.add(LeaseKeepAliveResponse.getDefaultInstance());
                    }
                });

        requests.onNext(keepAlive(lease.getID()));
        requests.onNext(keepAlive(12345));
        requests.onCompleted();

        assertThat(answers.poll(10, TimeUnit.SECONDS))
                .extracting(LeaseKeepAliveResponse::getID, LeaseKeepAliveResponse::getTTL)
                .containsExactly(lease.getID(), 60L);
        assertThat(answers.poll(10, TimeUnit.SECONDS))
                .extracting(LeaseKeepAliveResponse::getID, LeaseKeepAliveResponse::getTTL)
                .containsExactly(12345L, 0L);
        assertThat(answers.poll(10, TimeUnit.SECONDS)).isEqualTo(LeaseKeepAliveResponse.getDefaultInstance());
    }

    @Test
    void refusesAWriteThatIsTooLargeWithEtcdsWords() {
        assertThatThrownBy(() -> kv().put(put("k", 1_600_000)))
                .hasMessage("INVALID_ARGUMENT: etcdserver: request is too large");
        assertThat(kv().put(put("k", 1_500_000)).getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void refusesAMessageThatIsFarTooLargeAsGrpcDoes() {
        assertThatThrownBy(() -> kv().put(put("k", 3_000_000)))
                .extracting(e -> ((StatusRuntimeException) e).getStatus().getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void refusesBytesThatAreNoMessage() {
        MethodDescriptor<EncodedReply, io.quorlite.etcd.proto.rpc.PutResponse> method = KVGrpc.getPutMethod().toBuilder(
                        EncodedReplyMarshaller.INSTANCE, KVGrpc.getPutMethod().getResponseMarshaller())
                .build();

        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        channel,
                        method,
                        CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                        EncodedReply.of(new byte[] {(byte) 0xff, (byte) 0xff}, List.of())))
                .hasMessageStartingWith("INTERNAL: grpc: error unmarshalling request: ");
    }

    @Test
    void saysWhatItDoesNotServe() {
        assertThatThrownBy(() -> AuthGrpc.newBlockingStub(channel).authEnable(AuthEnableRequest.getDefaultInstance()))
                .hasMessageStartingWith("UNIMPLEMENTED");
        assertThatThrownBy(() -> KVGrpc.newBlockingStub(channel)
                        .rangeStream(RangeRequest.newBuilder().setKey(utf8("k")).build())
                        .next())
                .hasMessageStartingWith("UNIMPLEMENTED");
    }

    @Test
    void saysWhichAddressIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> EtcdServer.start(
                            store,
                            EtcdServerConfig.builder()
                                    .listen("0.0.0.0", taken.getLocalPort())
                                    .build()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void servesAUnixSocketBesideTcp() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Epoll.isAvailable(), "needs epoll");
        Path socket = directory.resolve("etcd.sock");
        @SuppressWarnings("deprecation") // as in EventLoops
        EpollEventLoopGroup group = new EpollEventLoopGroup(1);
        try (EtcdServer both = EtcdServer.start(
                store, config().listen(UnixDomainSocketAddress.of(socket)).build())) {
            ManagedChannel unix = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                    .channelType(EpollDomainSocketChannel.class)
                    .eventLoopGroup(group)
                    .usePlaintext()
                    .build();

            assertThat(KVGrpc.newBlockingStub(unix).put(put("k", 1)).getHeader().getRevision())
                    .isEqualTo(2);
            assertThat(both.port()).isPositive();
            unix.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } finally {
            var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void stopsMoreThanOnceAndLeavesTheStoreOpen() {
        server.stop();
        server.stop();

        assertThat(store.revision()).isEqualTo(1);
    }

    private EtcdServerConfig.Builder config() {
        return EtcdServerConfig.builder().listen("127.0.0.1", 0);
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private String get(HttpClient client, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    private static PutRequest put(String key, int valueBytes) {
        return PutRequest.newBuilder()
                .setKey(utf8(key))
                .setValue(ByteString.copyFrom(new byte[valueBytes]))
                .build();
    }

    private static LeaseKeepAliveRequest keepAlive(long id) {
        return LeaseKeepAliveRequest.newBuilder().setID(id).build();
    }

    private static ByteString utf8(String text) {
        return ByteString.copyFromUtf8(text);
    }
}

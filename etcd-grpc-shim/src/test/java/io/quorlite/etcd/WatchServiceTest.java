package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.quorlite.etcd.proto.rpc.WatchCancelRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchProgressRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.watch.WatchEvent;
import io.quorlite.watch.WatchMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of watches over a real connection; the store behind them is played by the test. */
class WatchServiceTest {
    private static final int QUEUE_BYTES_MAX = 100_000;
    private static final int FRAGMENT_BYTES_MAX = 10_000;

    private final BlockingQueue<FakeWatchStream> streams = new LinkedBlockingQueue<>();
    private final FakeProbeSource source = new FakeProbeSource();
    private final LeaderGate gate = new LeaderGate(source::hasLeader);
    private final WatchService service = new WatchService(
            sink -> {
                FakeWatchStream stream = new FakeWatchStream(sink);
                streams.add(stream);
                return stream;
            },
            new WatchEncoder(new NodeIdentity(1, 2, () -> 3), FRAGMENT_BYTES_MAX),
            QUEUE_BYTES_MAX);
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .protocolNegotiator(new PrefaceNegotiator(new Probes(source, "3.6.8", "3.6.0"), null))
                .directExecutor()
                .intercept(gate)
                .addService(MalformedRequests.answeredBy(service))
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .flowControlWindow(65_535)
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    @Test
    void passesRequestsOnAndMessagesBackInOrder() throws InterruptedException {
        Client client = new Client();
        client.listen();
        client.create(false);
        FakeWatchStream stream = stream();
        assertThat(client.next().getCreated()).isTrue();

        stream.sink.deliver(events(0, 10, 5));
        client.requests.onNext(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());

        WatchResponse events = client.next();
        assertThat(events.getEventsCount()).isEqualTo(5);
        assertThat(events.getHeader().getRevision()).isEqualTo(10);
        assertThat(client.next().getWatchId()).isEqualTo(-1);

        client.requests.onNext(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(7))
                .build());
        assertThat(stream.cancels.poll(10, TimeUnit.SECONDS)).isEqualTo(7);
    }

    @Test
    void splitsTheEventsOfTheWatchThatAskedForFragmentsOnly() throws InterruptedException {
        Client client = new Client();
        client.listen();
        client.create(false);
        client.create(true);
        FakeWatchStream stream = stream();
        assertThat(client.next().getWatchId()).isZero();
        assertThat(client.next().getWatchId()).isEqualTo(1);

        stream.sink.deliver(events(0, 10, 15));
        stream.sink.deliver(events(1, 10, 15));

        assertThat(client.next().getEventsCount()).isEqualTo(15);
        WatchResponse first = client.next();
        assertThat(first.getFragment()).isTrue();
        assertThat(first.getWatchId()).isEqualTo(1);
        assertThat(client.next().getFragment()).isFalse();
    }

    @Test
    void saysWhenASlowClientsQueueIsFullAndWhenItHasRoomAgain() throws InterruptedException {
        Client client = new Client();
        client.create(false);
        FakeWatchStream stream = stream();
        stream.creates.take();

        int sent = 0;
        while (stream.sink.isReady()) {
            stream.sink.deliver(events(0, ++sent, 10));
            assertThat(sent).as("messages accepted").isLessThan(1_000);
        }

        client.listen();
        assertThat(client.next().getCreated()).isTrue();
        for (int revision = 1; revision <= sent; revision++) {
            assertThat(client.next().getHeader().getRevision()).isEqualTo(revision);
        }
        assertThat(stream.readySignals.poll(10, TimeUnit.SECONDS)).isTrue();
        assertThat(stream.sink.isReady()).isTrue();
    }

    @Test
    void takesControlMessagesThoughTheQueueIsFull() throws InterruptedException {
        Client client = new Client();
        client.create(false);
        FakeWatchStream stream = stream();
        stream.creates.take();
        int sent = 0;
        while (stream.sink.isReady()) {
            stream.sink.deliver(events(0, ++sent, 10));
        }

        stream.sink.deliver(new WatchMessage.Compacted(0, 99));

        client.listen();
        WatchResponse last = client.next();
        for (int i = 0; i <= sent; i++) {
            last = client.next();
        }
        assertThat(last.getCompactRevision()).isEqualTo(99);
    }

    @Test
    void endsTheWatchesWithTheirClient() throws InterruptedException {
        Client client = new Client();
        client.listen();
        client.create(false);
        FakeWatchStream stream = stream();
        client.next();

        client.requests.cancel("gone", null);

        assertThat(stream.closed.await(10, TimeUnit.SECONDS)).isTrue();
        stream.sink.deliver(events(0, 10, 1)); // comes too late and is dropped
    }

    @Test
    void tellsTheClientWhenTheStoreFails() throws InterruptedException {
        Client client = new Client();
        client.listen();
        client.create(false);
        FakeWatchStream stream = stream();
        client.next();

        stream.sink.fail(new IllegalStateException("broken"));

        assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(stream.closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void tellsTheClientWhenTheServerStops() throws InterruptedException {
        Client client = new Client();
        client.listen();
        client.create(false);
        client.next();

        service.stop();

        assertThat(client.end().getDescription()).isEqualTo("etcdserver: server stopped");
    }

    @Test
    void refusesAStreamThatWantsALeaderWhereThereIsNone() {
        source.leader = false;
        Client client = new Client(true);
        client.listen();

        assertThat(client.end().getDescription()).isEqualTo("etcdserver: no leader");
    }

    @Test
    void endsAStreamThatWantsALeaderAfterThreeElectionTimeoutsWithoutOne() throws InterruptedException {
        Client demanding = new Client(true);
        demanding.listen();
        demanding.create(false);
        FakeWatchStream stream = stream();
        demanding.next();
        Client modest = new Client();
        modest.listen();
        modest.create(false);
        modest.next();

        source.leader = false;
        gate.electionTimeoutPassed();
        gate.electionTimeoutPassed();
        source.leader = true;
        gate.electionTimeoutPassed();
        source.leader = false;
        gate.electionTimeoutPassed();
        gate.electionTimeoutPassed();
        assertThat(stream.closed.getCount()).isOne();
        gate.electionTimeoutPassed();

        assertThat(demanding.end().getDescription()).isEqualTo("etcdserver: no leader");
        assertThat(stream.closed.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(modest.ended).isNotDone();
    }

    @Test
    void refusesBytesThatAreNoRequest() {
        assertThatThrownBy(() -> io.grpc.stub.ClientCalls.blockingUnaryCall(
                        channel,
                        WatchGrpc.getWatchMethod().toBuilder(
                                        EncodedReplyMarshaller.INSTANCE,
                                        WatchGrpc.getWatchMethod().getResponseMarshaller())
                                .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
                                .build(),
                        io.grpc.CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                        EncodedReply.of(new byte[] {(byte) 0xff, (byte) 0xff}, List.of())))
                .isInstanceOf(StatusRuntimeException.class)
                .extracting(e -> ((StatusRuntimeException) e).getStatus().getCode())
                .isEqualTo(Status.Code.INTERNAL);
    }

    private FakeWatchStream stream() throws InterruptedException {
        FakeWatchStream stream = streams.poll(10, TimeUnit.SECONDS);
        assertThat(stream).isNotNull();
        return stream;
    }

    private static WatchMessage events(long watchId, long revision, int count) {
        List<WatchEvent> events = java.util.stream.IntStream.range(0, count)
                .mapToObj(sub -> new WatchEvent(new KeyEvent(
                        new KeyValue(Bytes.utf8("key-" + sub), Bytes.wrap(new byte[1_000]), 1, revision, 1, 0),
                        sub,
                        null)))
                .toList();
        return new WatchMessage.Events(watchId, revision, false, events);
    }

    /** A client that reads nothing before {@link #listen}. */
    private final class Client implements ClientResponseObserver<WatchRequest, WatchResponse> {
        final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
        final CompletableFuture<Status> ended = new CompletableFuture<>();

        @SuppressWarnings("NullAway.Init") // set by beforeStart, which the stub calls before it returns
        private ClientCallStreamObserver<WatchRequest> requests;

        Client() {
            this(false);
        }

        @SuppressWarnings("this-escape") // the stub hands over the request side before anything else
        Client(boolean requireLeader) {
            WatchGrpc.WatchStub stub = WatchGrpc.newStub(channel);
            if (requireLeader) {
                Metadata metadata = new Metadata();
                metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
                stub = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
            }
            var unused = stub.watch(this);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> requestStream) {
            requestStream.disableAutoRequestWithInitial(0);
            requests = requestStream;
        }

        void listen() {
            requests.request(Integer.MAX_VALUE);
        }

        void create(boolean fragment) {
            requests.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder().setFragment(fragment))
                    .build());
        }

        WatchResponse next() throws InterruptedException {
            WatchResponse response = responses.poll(10, TimeUnit.SECONDS);
            assertThat(response).as("a response").isNotNull();
            return response;
        }

        Status end() {
            return ended.orTimeout(10, TimeUnit.SECONDS).join();
        }

        @Override
        public void onNext(WatchResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable cause) {
            ended.complete(Status.fromThrowable(cause));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }
    }
}

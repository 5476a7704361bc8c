package io.quorlite.etcd;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a {@link Datastore} as etcd v3: gRPC and the HTTP probes, on the same addresses. It does not own the store. Thread-safe.
 */
public final class EtcdServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdServer.class);

    /** etcd's: a client may ping every 5 s, and only while it has a call. A Kubernetes API server pings every 30 s. */
    private static final long PERMIT_KEEP_ALIVE_SECONDS = 5;

    private static final long SERVER_PING_HOURS = 2;
    private static final long SERVER_PING_TIMEOUT_SECONDS = 20;
    private static final int FLOW_CONTROL_WINDOW_BYTES = 4 << 20;
    private static final long STOP_GRACE_SECONDS = 2;

    private final EtcdServerConfig config;
    private final EventLoops loops;
    private final Probes probes;
    private final WatchService watches;
    private final List<Server> servers = new ArrayList<>();
    private final List<Future<?>> timers;

    private EtcdServer(Datastore store, EtcdServerConfig config, EventLoops loops) {
        this.config = config;
        this.loops = loops;
        DatastoreStatus status = store.status();
        ReplicationView replication = new ReplicationView(() -> store.status().replication());
        NodeIdentity identity =
                new NodeIdentity(status.clusterId(), status.replication().memberId(), replication::term);
        RequestLimits limits = new RequestLimits(config.requestBytesMax());
        ProtoMapper mapper = new ProtoMapper(identity);
        StoreProbes source = new StoreProbes(store);
        LeaderGate gate = new LeaderGate(replication::hasLeader);
        this.watches = new WatchService(
                store::watch, new WatchEncoder(identity, limits.messageBytesMax()), WatchService.QUEUE_BYTES_MAX);
        List<BindableService> services = List.of(
                new KvService(store, mapper, limits)::definition,
                watches,
                new LeaseService(store, mapper),
                new ClusterService(store, mapper),
                new MaintenanceService(store, mapper, config),
                new AuthService(),
                new HealthService());
        this.probes = new Probes(source, config.version(), config.clusterVersion());
        for (List<SocketAddress> addresses : byKind(config.listen())) {
            // A Unix socket is guarded by its permissions.
            boolean tcp = addresses.get(0) instanceof InetSocketAddress;
            PrefaceNegotiator negotiator = new PrefaceNegotiator(probes, tcp ? config.connectionSecurity() : null);
            servers.add(server(addresses, negotiator, gate, limits, services));
        }
        this.timers = List.of(
                every(ReplicationView.REFRESH_MILLIS, replication::refresh),
                every(config.electionTimeout().toMillis(), gate::electionTimeoutPassed));
    }

    /** Listens on the configured addresses; fails with the address that cannot be had, and leaves nothing behind. */
    public static EtcdServer start(Datastore store, EtcdServerConfig config) throws IOException {
        EventLoops loops = EventLoops.open();
        EtcdServer server;
        try {
            server = new EtcdServer(store, config, loops);
        } catch (RuntimeException e) {
            loops.close();
            throw e;
        }
        try {
            server.listen();
        } catch (IOException | RuntimeException e) {
            server.stop();
            throw e;
        }
        return server;
    }

    private void listen() throws IOException {
        for (Server server : servers) {
            server.start();
        }
        LOG.info("serving etcd {} on {}", config.version(), addresses());
    }

    /** The TCP port listened on, the first if there are several; useful where the configuration left it open. */
    public int port() {
        return addresses().stream()
                .filter(InetSocketAddress.class::isInstance)
                .map(address -> ((InetSocketAddress) address).getPort())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no TCP address among " + config.listen()));
    }

    /** The addresses listened on. */
    public List<SocketAddress> addresses() {
        List<SocketAddress> addresses = new ArrayList<>();
        for (Server server : servers) {
            addresses.addAll(server.getListenSockets());
        }
        return addresses;
    }

    /** Answers etcd's HTTP probes for another server of this process; {@code uri} is a path, perhaps with a query. */
    public CompletableFuture<ProbeReply> probe(String method, String uri) {
        QueryStringDecoder decoded = new QueryStringDecoder(uri);
        return probes.answer(method, decoded.path(), decoded.parameters());
    }

    /**
     * Stops: no new calls, streams are told, calls under way have two seconds. Blocks that long at most; stopping again does
     * nothing.
     */
    public void stop() {
        timers.forEach(timer -> timer.cancel(false));
        servers.forEach(Server::shutdown);
        watches.stop();
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_GRACE_SECONDS);
        try {
            for (Server server : servers) {
                server.awaitTermination(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        servers.forEach(Server::shutdownNow);
        loops.close();
    }

    @Override
    public void close() {
        stop();
    }

    private Future<?> every(long millis, Runnable task) {
        return loops.workers().scheduleAtFixedRate(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** TCP and Unix sockets need servers of their own, as their channels differ. */
    private static List<List<SocketAddress>> byKind(List<SocketAddress> listen) {
        List<SocketAddress> tcp = listen.stream()
                .filter(address -> !(address instanceof UnixDomainSocketAddress))
                .toList();
        List<SocketAddress> unix = listen.stream()
                .filter(UnixDomainSocketAddress.class::isInstance)
                .toList();
        return List.of(tcp, unix).stream().filter(kind -> !kind.isEmpty()).toList();
    }

    private Server server(
            List<SocketAddress> addresses,
            PrefaceNegotiator negotiator,
            LeaderGate gate,
            RequestLimits limits,
            List<BindableService> services) {
        SocketAddress first = loops.bindable(addresses.get(0));
        NettyServerBuilder builder = NettyServerBuilder.forAddress(first);
        for (SocketAddress address : addresses.subList(1, addresses.size())) {
            builder.addListenAddress(loops.bindable(address));
        }
        builder.protocolNegotiator(negotiator)
                .channelType(loops.channelType(first))
                .bossEventLoopGroup(loops.acceptor())
                .workerEventLoopGroup(loops.workers())
                .directExecutor()
                .permitKeepAliveTime(PERMIT_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(false)
                .keepAliveTime(SERVER_PING_HOURS, TimeUnit.HOURS)
                .keepAliveTimeout(SERVER_PING_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .maxInboundMessageSize(limits.messageBytesMax())
                .maxConcurrentCallsPerConnection(config.concurrentStreamsMax())
                .flowControlWindow(FLOW_CONTROL_WINDOW_BYTES)
                .intercept(gate);
        if (first instanceof InetSocketAddress) {
            builder.withChildOption(ChannelOption.TCP_NODELAY, true);
        } else {
            // gRPC sets it on every connection; a Unix socket does not have it, and would say so each time
            builder.withChildOption(ChannelOption.SO_KEEPALIVE, null);
        }
        services.forEach(service -> builder.addService(MalformedRequests.answeredBy(service)));
        return builder.build();
    }
}

package io.quorlite.agent.admin;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.handler.timeout.ReadTimeoutHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.quorlite.replication.PeerAddress;
import io.quorlite.tls.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the admin API: on a Unix socket, whose permissions are its guard, and on a TCP port with TLS. Handlers run on a small pool of
 * threads; when it is busy, and its queue full, requests are refused. Thread-safe.
 */
public final class AdminServer implements AutoCloseable {
    /** Set by a member that passes a request on to the leader; such a request goes no further. */
    static final String FORWARDED_FOR = "X-Forwarded-For-Member";

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final int THREADS = 8;
    private static final int QUEUE_MAX = 64;
    /** A client that sends nothing for so long has gone, or holds a connection for no good. */
    private static final int SILENCE_SECONDS = 60;

    private final Routes routes;
    private final EventLoopGroup loops;
    private final ThreadPoolExecutor workers;
    private final List<Channel> listening = new ArrayList<>();

    @SuppressWarnings("deprecation") // the successors of these classes changed twice across Netty's 4.x line
    public AdminServer(Routes routes) {
        this.routes = routes;
        DefaultThreadFactory factory = new DefaultThreadFactory("admin-io", true);
        this.loops = Epoll.isAvailable() ? new EpollEventLoopGroup(1, factory) : new NioEventLoopGroup(1, factory);
        this.workers = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE_MAX),
                new DefaultThreadFactory("admin", true));
        workers.allowCoreThreadTimeOut(true);
    }

    /**
     * Listens on a Unix socket for this host's operators: its owner and group. Where the machine has no epoll there is none, and the log
     * says so.
     */
    public void listen(Path socket) throws IOException {
        if (!Epoll.isAvailable()) {
            LOG.warn("no admin socket: a Unix socket needs Linux's epoll, which is not available here");
            return;
        }
        Files.deleteIfExists(socket); // a leftover: who holds the data directory is the only one to serve it
        bind(EpollServerDomainSocketChannel.class, new DomainSocketAddress(socket.toFile()), channel -> {});
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
    }

    /** Listens on a TCP port, for callers with a certificate; {@code identity} is asked at each connection. */
    public void listen(PeerAddress address, TlsIdentity identity, CallerCheck check) throws IOException {
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        bind(type, new InetSocketAddress(address.host(), address.port()), channel -> {
            SSLEngine engine = identity.acceptingEngine();
            engine.setWantClientAuth(true); // a joiner has none yet
            engine.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            channel.pipeline().addLast(new SslHandler(engine));
            channel.attr(RequestHandler.CALLER_CHECK).set(check);
        });
    }

    /** For connections that present {@code identity} and believe whom it believes. */
    public static SSLContext context(TlsIdentity identity) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {identity.keyManager()}, new TrustManager[] {identity.trustManager()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }

    private interface Preparation {
        void prepare(Channel channel);
    }

    private void bind(Class<? extends ServerChannel> type, SocketAddress address, Preparation preparation)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        preparation.prepare(channel);
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(SILENCE_SECONDS))
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(BODY_BYTES_MAX))
                                .addLast(new RequestHandler(routes, workers));
                    }
                });
        try {
            listening.add(bootstrap.bind(address).syncUninterruptibly().channel());
        } catch (Exception e) { // Netty throws the cause as it is, declared or not
            throw new IOException("cannot listen on " + address + " for the admin API: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        for (Channel channel : listening) {
            channel.close().syncUninterruptibly();
        }
        workers.shutdown();
        try {
            workers.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        workers.shutdownNow();
        var unused = loops.shutdownGracefully(100, 1_000, TimeUnit.MILLISECONDS);
    }
}

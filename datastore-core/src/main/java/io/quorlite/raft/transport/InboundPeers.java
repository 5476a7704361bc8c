package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port members connect to and the connections they have made. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel shows as the end of the channel
final class InboundPeers implements AcceptingHandshake.Owner, PeerConnection.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(InboundPeers.class);

    /** Connections that may be before their hello at one time; more than that is no peer's doing. */
    private static final int STRANGERS_MAX = 256;

    private static final int BACKLOG = 128;
    private static final int REMEMBERED_REFUSALS_MAX = 256;

    private final PeerTransportConfig config;
    private final EventLoops loops;
    private final RequestSinks sinks;
    private final PeerEvents events;
    private final Admission admission;
    private final Map<Long, PeerConnection> connections = new ConcurrentHashMap<>();
    private final AtomicInteger strangers = new AtomicInteger();
    private final Set<String> reportedRefusals = new LinkedHashSet<>(); // guarded by itself
    private @Nullable Channel server;

    InboundPeers(
            PeerTransportConfig config, EventLoops loops, RequestSinks sinks, PeerEvents events, Admission admission) {
        this.config = config;
        this.loops = loops;
        this.sinks = sinks;
        this.events = events;
        this.admission = admission;
    }

    /** Binds the port. */
    InetSocketAddress listen() throws IOException {
        InetSocketAddress address = new InetSocketAddress(
                InetAddress.getByName(config.listen().host()), config.listen().port());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        var bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + config.listen() + ": " + bound.cause().getMessage(), bound.cause());
        }
        server = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private void accept(SocketChannel channel) {
        if (strangers.incrementAndGet() > STRANGERS_MAX) {
            strangers.decrementAndGet();
            channel.close();
            return;
        }
        boolean accepted = false;
        try {
            PeerTls tls = config.tls();
            if (tls != null) {
                channel.pipeline().addLast(tls.accepting());
            }
            channel.pipeline().addLast(new AcceptingHandshake(config, admission, this));
            accepted = true;
        } finally {
            if (!accepted) {
                strangers.decrementAndGet(); // Netty closes the channel and logs why
            }
        }
    }

    @Override
    public PeerConnection create(ChannelHandlerContext ctx, long fromMemberId) {
        return new PeerConnection(fromMemberId, false, ctx.channel(), config, sinks, this);
    }

    @Override
    public void established(PeerConnection connection) {
        strangers.decrementAndGet();
        long memberId = connection.memberId();
        PeerConnection before = connections.put(memberId, connection);
        if (before != null) {
            // A member uses one connection. The older one is dead, or its requests are about to be sent again on this
            // one.
            before.close("a newer connection of the same member took its place");
        }
        events.tell(listener -> listener.arrived(memberId));
    }

    @Override
    public void refused(ChannelHandlerContext ctx, @Nullable String reason) {
        strangers.decrementAndGet();
        if (reason != null && isNews(ctx, reason)) {
            LOG.warn(
                    "{} closed a connection from {}: {}",
                    MemberIds.text(config.memberId()),
                    ctx.channel().remoteAddress(),
                    reason);
        }
    }

    /** Who is refused comes again and again, and it is one line all the same, unless it shows other bytes each time. */
    private boolean isNews(ChannelHandlerContext ctx, String reason) {
        String host = ctx.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
        synchronized (reportedRefusals) {
            if (reportedRefusals.size() >= REMEMBERED_REFUSALS_MAX) {
                reportedRefusals.clear();
            }
            return reportedRefusals.add(host + ' ' + reason);
        }
    }

    @Override
    public void closed(PeerConnection connection, String reason) {
        if (connections.remove(connection.memberId(), connection)) {
            LOG.debug("the connection from {} is closed: {}", MemberIds.text(connection.memberId()), reason);
            events.tell(listener -> listener.departed(connection.memberId()));
        }
    }

    @Override
    public boolean kept() {
        return true; // the dialing side decides what it needs
    }

    /** Closes the connection a member has made to us, if there is one. */
    void disconnect(long memberId, String reason) {
        PeerConnection connection = connections.get(memberId);
        if (connection != null) {
            connection.close(reason);
        }
    }

    Collection<PeerConnection> connections() {
        return connections.values();
    }

    boolean isPresent(long memberId) {
        return connections.containsKey(memberId);
    }

    void close() {
        if (server != null) {
            server.close().awaitUninterruptibly();
        }
        for (PeerConnection connection : connections.values()) {
            connection.close("this member is closing");
        }
    }
}

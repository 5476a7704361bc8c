package io.quorlite.etcd;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/** The threads and the kind of channels a server runs on: native epoll where the machine has it, else the JDK's. */
record EventLoops(boolean epoll, EventLoopGroup acceptor, EventLoopGroup workers) implements AutoCloseable {
    /** For threads of the store that have just answered and are about to hand over the rest. */
    private static final long QUIET_MILLIS = 100;

    private static final long CLOSE_MILLIS = 1_000;

    static EventLoops open() {
        return open(Epoll.isAvailable());
    }

    static EventLoops open(boolean epoll) {
        int workers = Runtime.getRuntime().availableProcessors();
        return new EventLoops(epoll, group(epoll, 1, "etcd-accept"), group(epoll, workers, "etcd-io"));
    }

    @SuppressWarnings("deprecation") // the successors of these classes changed twice across Netty's 4.x line
    private static EventLoopGroup group(boolean epoll, int threads, String name) {
        DefaultThreadFactory factory = new DefaultThreadFactory(name, true);
        return epoll ? new EpollEventLoopGroup(threads, factory) : new NioEventLoopGroup(threads, factory);
    }

    Class<? extends ServerChannel> channelType(SocketAddress address) {
        if (address instanceof DomainSocketAddress) {
            return EpollServerDomainSocketChannel.class;
        }
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /** {@code address} in the form the channels take. */
    SocketAddress bindable(SocketAddress address) {
        if (!(address instanceof UnixDomainSocketAddress unix)) {
            return address;
        }
        if (!epoll) {
            throw new IllegalArgumentException("a Unix socket needs Linux's epoll, which is not available: " + unix);
        }
        return new DomainSocketAddress(unix.getPath().toFile());
    }

    @Override
    public void close() {
        var unusedAcceptor = acceptor.shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        var unusedWorkers = workers.shutdownGracefully(QUIET_MILLIS, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}

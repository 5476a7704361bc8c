package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.bootstrap.Bootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our side of the connection to one member: dials, waits a little after a failure, dials again. Its state belongs to one
 * event loop; the fields other threads look at are volatile.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel shows as the end of the channel
final class OutboundPeer implements PeerConnection.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundPeer.class);

    /** A connection that lived longer than this was a good one: after its loss we dial again at once. */
    private static final long STABLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** After so many connections that did not last, their coming and going is not told any more until one does. */
    private static final int SHORT_LIVES_TOLD = 5;

    private enum State {
        IDLE,
        DIALING,
        CONNECTED,
        PAUSING,
        CLOSED
    }

    private final long memberId;
    private final PeerTransportConfig config;
    private final AddressBook book;
    private final EventLoops loops;
    private final EventLoop loop;
    private final RequestSinks sinks;
    private final Executor resolver;
    private final PeerEvents events;
    private final String name;

    private volatile @Nullable PeerConnection connection;
    private volatile boolean kept;
    private volatile State state = State.IDLE;
    private final AtomicBoolean wakeScheduled = new AtomicBoolean();

    private int delayMillis;
    private int shortLives;
    private long connectedAtNanos;
    private boolean reportedDown;
    private @Nullable String reportedRefusal;
    private @Nullable Channel dialing;

    OutboundPeer(
            long memberId,
            PeerTransportConfig config,
            AddressBook book,
            EventLoops loops,
            RequestSinks sinks,
            Executor resolver,
            PeerEvents events) {
        this.memberId = memberId;
        this.config = config;
        this.book = book;
        this.loops = loops;
        this.loop = loops.group().next();
        this.sinks = sinks;
        this.resolver = resolver;
        this.events = events;
        this.name = MemberIds.text(memberId);
        this.delayMillis = config.reconnectDelayMinMillis();
    }

    /** The connection that stands, null while there is none. Any thread. */
    @Nullable PeerConnection connection() {
        return connection;
    }

    @Override
    public boolean kept() {
        return kept;
    }

    /** Keeps the connection up from now on, or lets it go when nobody uses it. Any thread. */
    void keep(boolean keep) {
        kept = keep;
        if (keep) {
            wake();
        }
    }

    /** Starts to connect, unless that is under way or a failure is not long ago. Any thread; cheap. */
    void wake() {
        if (state == State.IDLE && wakeScheduled.compareAndSet(false, true)) {
            execute(() -> {
                wakeScheduled.set(false);
                if (state == State.IDLE) {
                    dial();
                }
            });
        }
    }

    /** Any thread. */
    void close() {
        execute(() -> {
            state = State.CLOSED;
            PeerConnection current = connection;
            if (current != null) {
                current.close("this member is closing");
            }
            if (dialing != null) {
                dialing.close();
            }
        });
    }

    private void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the transport is closed", e);
        }
    }

    private void dial() {
        state = State.DIALING;
        PeerAddress address = book.get(memberId);
        if (address == null) {
            failed("unknown", new IOException("no address is known"));
            return;
        }
        // A resolver may block for seconds, so it must not run on the loop that serves all peers.
        try {
            resolver.execute(() -> {
                try {
                    InetSocketAddress resolved =
                            new InetSocketAddress(InetAddress.getByName(address.host()), address.port());
                    execute(() -> connect(address, resolved));
                } catch (IOException e) {
                    execute(() -> failed(
                            address.toString(), new IOException("its name does not resolve: " + e.getMessage(), e)));
                }
            });
        } catch (RejectedExecutionException e) {
            failed(address.toString(), e);
        }
    }

    private void connect(PeerAddress address, InetSocketAddress resolved) {
        if (state != State.DIALING) {
            return;
        }
        CompletableFuture<PeerConnection> outcome = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(loops.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, config.connectTimeoutMillis())
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        PeerTls tls = config.tls();
                        if (tls != null) {
                            channel.pipeline().addLast(tls.dialing(channel.pipeline()));
                        }
                        channel.pipeline()
                                .addLast(new DialingHandshake(
                                        config,
                                        memberId,
                                        () -> new PeerConnection(
                                                memberId, true, channel, config, sinks, OutboundPeer.this),
                                        outcome));
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        outcome.completeExceptionally(cause);
                        ctx.close();
                    }
                });
        var connecting = bootstrap.connect(resolved);
        dialing = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                outcome.completeExceptionally(done.cause());
            }
        });
        outcome.whenComplete((established, problem) -> {
            dialing = null;
            if (established != null) {
                established(address, established);
            } else {
                failed(address.toString(), problem);
            }
        });
    }

    private void established(PeerAddress address, PeerConnection made) {
        if (state != State.DIALING) {
            made.close("this member is closing");
            return;
        }
        state = State.CONNECTED;
        connection = made;
        connectedAtNanos = System.nanoTime();
        reportedDown = false;
        reportedRefusal = null;
        if (shortLives < SHORT_LIVES_TOLD) {
            LOG.info("{} connected to {} at {}", MemberIds.text(config.memberId()), name, address);
        }
        events.tell(listener -> listener.connected(memberId));
    }

    private void failed(String address, Throwable problem) {
        if (state == State.CLOSED) {
            return;
        }
        String self = MemberIds.text(config.memberId());
        if (problem instanceof HandshakeException || PeerTls.isTlsProblem(problem)) {
            String reason = PeerTls.describe(problem);
            if (!reason.equals(reportedRefusal)) {
                reportedRefusal = reason;
                LOG.warn("{} cannot use its connection to {} at {}: {}", self, name, address, reportedRefusal);
            }
            if (problem instanceof RemovedMemberException) {
                events.tell(listener -> listener.removed(memberId));
            }
            pause(config.refusedDelayMillis());
            return;
        }
        if (!reportedDown) {
            reportedDown = true;
            LOG.warn("{} cannot connect to {} at {}, and keeps trying: {}", self, name, address, problem.getMessage());
        }
        pause(nextDelayMillis());
    }

    @Override
    public void closed(PeerConnection gone, String reason) {
        if (connection != gone) {
            return; // it was closed before it was taken into use
        }
        connection = null;
        events.tell(listener -> listener.disconnected(memberId));
        if (state == State.CLOSED) {
            return;
        }
        reportedDown = true;
        if (System.nanoTime() - connectedAtNanos > STABLE_NANOS) {
            delayMillis = config.reconnectDelayMinMillis();
            shortLives = 0;
        }
        if (++shortLives <= SHORT_LIVES_TOLD) {
            LOG.info("{} lost its connection to {}: {}", MemberIds.text(config.memberId()), name, reason);
        }
        pause(nextDelayMillis());
    }

    private int nextDelayMillis() {
        int delay = delayMillis;
        delayMillis = Math.min(2 * delay, config.reconnectDelayMaxMillis());
        return delay;
    }

    private void pause(int millis) {
        state = State.PAUSING;
        loop.schedule(
                () -> {
                    if (state == State.PAUSING) {
                        if (kept) {
                            dial();
                        } else {
                            state = State.IDLE;
                        }
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }
}

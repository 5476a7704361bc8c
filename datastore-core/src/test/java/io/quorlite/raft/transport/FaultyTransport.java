package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.quorlite.raft.transport.FaultyNetwork.Fate;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A member's transport on a {@link FaultyNetwork}. The engine's own messages may also come twice and out of order, as over
 * connections that break and are made again; what the transport promises to the rest, at most once, it keeps.
 */
public final class FaultyTransport extends PeerTransport {
    private static final ReplyListener NOBODY = new ReplyListener() {
        @Override
        public void replied(ByteBuf payload) {}

        @Override
        public void failed(PeerUnavailableException failure) {}
    };

    private final FaultyNetwork network;
    private final long self;

    public FaultyTransport(FaultyNetwork network, PeerTransportConfig config, AddressBook book, Admission admission) {
        super(config, book, admission);
        this.network = network;
        this.self = config.memberId();
    }

    @Override
    void call(long memberId, int kind, FrameBody body, long timeoutNanos, ReplyListener listener) {
        FrameBody copy = FrameBody.of(bytes(body)); // the engine uses its buffers again
        ReplyListener once = new Once(memberId, timeoutNanos, listener);
        Fate fate = network.fate(self, memberId);
        if (fate == Fate.IS_LOST) {
            network.after(timeoutNanos, () -> once.failed(timeout(memberId)));
        } else if (fate == Fate.IS_LATE) {
            network.after(network.lateNanos(), () -> super.call(memberId, kind, copy, timeoutNanos, once));
        } else {
            super.call(memberId, kind, copy, timeoutNanos, once);
            if (fate == Fate.COMES_TWICE && kind <= PeerKinds.ENGINE_LAST) {
                network.after(network.lateNanos(), () -> super.call(memberId, kind, copy, timeoutNanos, NOBODY));
            }
        }
    }

    @Override
    public void send(long memberId, int kind, byte[] payload) {
        if (network.fate(self, memberId) != Fate.IS_LOST) {
            super.send(memberId, kind, payload);
        }
    }

    private static byte[] bytes(FrameBody body) {
        ByteBuf out = Unpooled.buffer(body.bytes());
        body.write(out);
        return ByteBufUtil.getBytes(out);
    }

    private static PeerUnavailableException timeout(long memberId) {
        return new PeerUnavailableException(
                PeerUnavailableException.Reason.TIMEOUT, MemberIds.text(memberId) + " did not answer");
    }

    /** The way back is as faulty; whatever happens on it, one answer is heard. */
    private final class Once implements ReplyListener {
        private final long memberId;
        private final long timeoutNanos;
        private final ReplyListener listener;
        private final AtomicBoolean told = new AtomicBoolean();

        Once(long memberId, long timeoutNanos, ReplyListener listener) {
            this.memberId = memberId;
            this.timeoutNanos = timeoutNanos;
            this.listener = listener;
        }

        @Override
        public void replied(ByteBuf payload) {
            Fate fate = network.fate(memberId, self);
            if (fate == Fate.IS_LOST) {
                network.after(timeoutNanos, () -> failed(timeout(memberId)));
            } else if (fate == Fate.IS_LATE) {
                byte[] bytes = ByteBufUtil.getBytes(payload);
                network.after(network.lateNanos(), () -> tell(Unpooled.wrappedBuffer(bytes)));
            } else {
                tell(payload);
            }
        }

        private void tell(ByteBuf payload) {
            if (told.compareAndSet(false, true)) {
                listener.replied(payload);
            }
        }

        @Override
        public void failed(PeerUnavailableException failure) {
            if (told.compareAndSet(false, true)) {
                listener.failed(failure);
            }
        }
    }
}

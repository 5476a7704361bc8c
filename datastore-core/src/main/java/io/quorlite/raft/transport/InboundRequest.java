package io.quorlite.raft.transport;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** A request of a peer and the way back to it. */
final class InboundRequest implements PeerReply {
    private final PeerConnection connection;
    private final int kind;
    private final long requestId;
    private final AtomicBoolean answered;

    InboundRequest(PeerConnection connection, int kind, long requestId, boolean oneWay) {
        this.connection = connection;
        this.kind = kind;
        this.requestId = requestId;
        this.answered = new AtomicBoolean(oneWay);
    }

    long fromMemberId() {
        return connection.memberId();
    }

    PeerConnection connection() {
        return connection;
    }

    @Override
    public void send(byte[] payload) {
        send(FrameBody.of(payload));
    }

    void send(FrameBody body) {
        answer(Frame.REPLY, body);
    }

    @Override
    public void fail(String message) {
        fail(Frame.FAILURE_FAILED, message);
    }

    /** Says that the request was not handled and will not be, so that its caller may send it again. */
    void refuseOverloaded() {
        fail(Frame.FAILURE_OVERLOADED, "overloaded");
    }

    void refuseUnhandled() {
        fail(Frame.FAILURE_UNHANDLED, "requests of kind " + kind + " are not handled here");
    }

    private void fail(int failure, String message) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[1 + text.length];
        payload[0] = (byte) failure;
        System.arraycopy(text, 0, payload, 1, text.length);
        answer(Frame.REPLY | Frame.FAILURE, FrameBody.of(payload));
    }

    private void answer(int flags, FrameBody body) {
        if (answered.compareAndSet(false, true)) {
            connection.reply(kind, flags, requestId, body);
        }
    }
}

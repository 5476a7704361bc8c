package io.quorlite.etcd;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The one queue between the watch hub and a client's stream: whatever is offered goes out in that order, as fast as the client
 * takes it. Drained on the connection's event loop only, one drain at a time.
 *
 * <p>Thread-safe. Its lock guards its fields and is never held while something is sent.
 */
final class WatchQueue {
    private final Executor loop;
    private final BooleanSupplier clientReady;
    private final Consumer<EncodedReply> client;
    private final Runnable onRoom;
    private final long bytesMax;

    private final ArrayDeque<EncodedReply> frames = new ArrayDeque<>();
    private long bytes;
    /** A drain is scheduled or under way; whoever sets it owns the drain. */
    private boolean draining;
    /** Somebody was told that there is no room, and hears when there is again. */
    private boolean roomAwaited;

    private boolean closed;

    /**
     * @param clientReady whether the transport takes more; {@link #resume} must follow when it does again
     * @param onRoom called on the loop when there is room after {@link #hasRoom} said there is none
     * @param bytesMax beyond which there is no room for more events
     */
    WatchQueue(
            Executor loop, BooleanSupplier clientReady, Consumer<EncodedReply> client, Runnable onRoom, long bytesMax) {
        this.loop = loop;
        this.clientReady = clientReady;
        this.client = client;
        this.onRoom = onRoom;
        this.bytesMax = bytesMax;
    }

    synchronized boolean hasRoom() {
        boolean room = bytes < bytesMax && !closed;
        roomAwaited |= !room;
        return room;
    }

    void offer(Collection<EncodedReply> more) {
        synchronized (this) {
            if (closed) {
                return;
            }
            for (EncodedReply frame : more) {
                frames.add(frame);
                bytes += frame.sizeBytes();
            }
        }
        resume();
    }

    /** The client may take more now. */
    void resume() {
        synchronized (this) {
            if (draining || closed || (frames.isEmpty() && !roomAwaited)) {
                return;
            }
            draining = true;
        }
        loop.execute(this::drain);
    }

    synchronized void close() {
        closed = true;
        frames.clear();
        bytes = 0;
    }

    private void drain() {
        while (true) {
            EncodedReply next;
            synchronized (this) {
                next = clientReady.getAsBoolean() ? frames.poll() : null;
                if (next == null) {
                    // given up under the lock: an offer from here on schedules a drain of its own
                    draining = false;
                    break;
                }
                bytes -= next.sizeBytes();
            }
            client.accept(next);
        }
        if (takeRoomAwaited()) {
            onRoom.run();
        }
    }

    /** Half empty, so that the hub is not called back for every frame that leaves. */
    private synchronized boolean takeRoomAwaited() {
        boolean call = roomAwaited && !closed && bytes <= bytesMax / 2;
        if (call) {
            roomAwaited = false;
        }
        return call;
    }
}

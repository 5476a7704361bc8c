package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written to a connection, bounded in bytes. Any thread adds; the event loop writes all that waits and
 * flushes once.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails on a channel shows as the end of the channel
final class OutboundQueue {
    private final Channel channel;
    private final long bytesMax;
    private final Consumer<PendingCall> written;
    private final Consumer<PendingCall> neverWritten;
    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytes = new AtomicLong();
    private long flushedBytes; // event loop only
    private final AtomicBoolean drainScheduled = new AtomicBoolean();

    /**
     * @param written told on the event loop just before a call's frame goes to the socket
     * @param neverWritten told of a call whose frame will not go there, as the connection is closed
     */
    OutboundQueue(Channel channel, long bytesMax, Consumer<PendingCall> written, Consumer<PendingCall> neverWritten) {
        this.channel = channel;
        this.bytesMax = bytesMax;
        this.written = written;
        this.neverWritten = neverWritten;
    }

    /** Takes room for a frame, before its bytes are made; false where there is none. */
    boolean reserve(int frameBytes) {
        if (bytes.addAndGet(frameBytes) <= bytesMax) {
            return true;
        }
        bytes.addAndGet(-frameBytes);
        return false;
    }

    /** Gives back room that {@link #reserve} took and no frame came to use. */
    void release(int frameBytes) {
        bytes.addAndGet(-frameBytes);
    }

    /** Adds a frame for which room was reserved, and takes ownership of it. */
    void add(ByteBuf frame, @Nullable PendingCall call) {
        queue.add(new Entry(frame, frame.readableBytes(), call));
        if (drainScheduled.compareAndSet(false, true)) {
            try {
                channel.eventLoop().execute(this::drain);
            } catch (RejectedExecutionException e) {
                discard(); // the loop is shut down: nobody else takes from the queue any more
            }
        }
    }

    /** Event loop only: the bytes of all frames that the socket took whole. */
    long flushedBytes() {
        return flushedBytes;
    }

    /** Event loop only: writes what waits, or gives it up if the channel is closed. */
    private void drain() {
        drainScheduled.set(false); // before the queue is read, so that whatever is added from now on schedules again
        boolean wrote = false;
        for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
            if (!channel.isActive()) {
                abandon(entry);
                continue;
            }
            if (entry.call != null) {
                written.accept(entry.call);
            }
            channel.write(entry.frame).addListener(entry);
            wrote = true;
        }
        if (wrote) {
            channel.flush();
        }
    }

    private void discard() {
        for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
            abandon(entry);
        }
    }

    private void abandon(Entry entry) {
        entry.frame.release();
        release(entry.size);
        if (entry.call != null) {
            neverWritten.accept(entry.call);
        }
    }

    private final class Entry implements ChannelFutureListener {
        final ByteBuf frame;
        final int size;
        final @Nullable PendingCall call;

        Entry(ByteBuf frame, int size, @Nullable PendingCall call) {
            this.frame = frame;
            this.size = size;
            this.call = call;
        }

        @Override
        public void operationComplete(ChannelFuture future) {
            release(size);
            flushedBytes += size;
        }
    }
}

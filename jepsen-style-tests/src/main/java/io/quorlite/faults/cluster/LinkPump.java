package io.quorlite.faults.cluster;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One direction of one connection: a thread that reads, a thread that writes when rules and delay allow. */
final class LinkPump {
    private static final int CHUNK_BYTES = 16 << 10;
    /** Beyond this the sender feels the pressure, as it would of a full window. */
    private static final int CHUNKS_MAX = 256;

    private record Chunk(byte[] bytes, long dueNanos) {}

    private final LinkRules rules;
    private final int from;
    private final int to;
    private final Socket source;
    private final Socket sink;
    private final Consumer<Socket> ended;
    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(CHUNKS_MAX);

    LinkPump(LinkRules rules, int from, int to, Socket source, Socket sink, Consumer<Socket> ended) {
        this.rules = rules;
        this.from = from;
        this.to = to;
        this.source = source;
        this.sink = sink;
        this.ended = ended;
    }

    void start() {
        PeerNetwork.start("link-read-" + from + "-" + to, this::readAll);
        PeerNetwork.start("link-write-" + from + "-" + to, this::writeAll);
    }

    private void readAll() {
        try {
            byte[] buffer = new byte[CHUNK_BYTES];
            int read = 0;
            while (read >= 0) {
                try {
                    read = source.getInputStream().read(buffer);
                } catch (IOException e) {
                    read = -1;
                }
                long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(rules.delayMillis(from, to));
                // An empty chunk tells the other thread of the end: that travels no faster than the bytes before it.
                chunks.put(new Chunk(Arrays.copyOf(buffer, Math.max(0, read)), due));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeAll() {
        try {
            Chunk chunk = chunks.take();
            while (chunk.bytes().length > 0) {
                TimeUnit.NANOSECONDS.sleep(chunk.dueNanos() - System.nanoTime());
                rules.awaitPassage(from, to);
                sink.getOutputStream().write(chunk.bytes());
                chunk = chunks.take();
            }
            rules.awaitPassage(from, to);
        } catch (IOException e) {
            // the receiver is gone: so shall the sender be
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            ended.accept(sink);
            ended.accept(source);
            chunks.clear();
        }
    }
}

package io.quorlite.raft;

import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import io.quorlite.sofajraft.error.RaftError;
import io.quorlite.sofajraft.storage.snapshot.SnapshotCopier;
import io.quorlite.sofajraft.storage.snapshot.SnapshotReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches a copy of a leader's database into the staging directory, on a thread of its own: chunk by chunk, each checked; from
 * the last good byte on when a connection breaks, also across attempts of the engine; at last the whole is synced, read back
 * and checked.
 */
final class CopyDownload extends SnapshotCopier {
    /** What downloads of one member share. */
    record Context(
            PeerTransport transport,
            Path staging,
            ReaderFactory readers,
            LongConsumer throttle,
            Held held,
            Partial[] partial) {}

    /** Makes the engine's reader for a received copy. */
    interface ReaderFactory {
        SnapshotReader reader(SnapshotMeta meta, @Nullable Path copy);
    }

    /** Whether the database here holds a snapshot already, so that nothing need be fetched. */
    interface Held {
        boolean holds(SnapshotMeta meta);
    }

    /** Makes downloads. */
    interface Factory {
        CopyDownload create(long source, SnapshotMeta meta, ReaderFactory readers);
    }

    /** How far a copy has come; it is gone on with when the same copy is opened again. */
    record Partial(long source, long copyId, Path file, long offset) {}

    private static final Logger LOG = LoggerFactory.getLogger(CopyDownload.class);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 100;
    private static final long STALL_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    /** Stopped, or no progress for too long. */
    private static final class GaveUp extends Exception {
        private static final long serialVersionUID = 1;

        GaveUp(String message) {
            super(message, null, false, false);
        }
    }

    private final long source;
    private final SnapshotMeta meta;
    private final Context context;
    private final Thread thread;
    private final CompletableFuture<byte[]> cancelled = new CompletableFuture<>();
    private long progressNanos;
    private volatile @Nullable SnapshotReader reader;

    CopyDownload(long source, SnapshotMeta meta, Context context) {
        this.source = source;
        this.meta = meta;
        this.context = context;
        this.thread = new Thread(this::run, "raft-copy-" + Long.toHexString(meta.getLastIncludedIndex()));
        this.thread.setDaemon(true);
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void cancel() {
        cancelled.complete(new byte[0]); // no interrupt: it would close the file under the thread
    }

    @Override
    public void join() throws InterruptedException {
        thread.join();
    }

    @Override
    public void close() {
        cancel();
    }

    @Override
    @SuppressWarnings("NullAway") // the engine takes null for "failed"
    public SnapshotReader getReader() {
        return reader;
    }

    private void run() {
        try {
            if (context.held().holds(meta)) {
                reader = context.readers().reader(meta, null);
                return;
            }
            progressNanos = System.nanoTime();
            reader = context.readers().reader(meta, fetch());
        } catch (GaveUp e) {
            setError(cancelled.isDone() ? RaftError.ECANCELED : RaftError.ETIMEDOUT, "%s", e.getMessage());
            LOG.warn("fetching the database was given up: {}", e.getMessage());
        } catch (IOException | RuntimeException e) {
            context.partial()[0] = null; // begin anew with the next attempt
            setError(RaftError.EINTERNAL, "%s", e.toString());
            LOG.warn("fetching the database failed", e);
        } catch (InterruptedException e) {
            setError(RaftError.ECANCELED, "interrupted");
            Thread.currentThread().interrupt();
        }
    }

    private Path fetch() throws GaveUp, IOException, InterruptedException {
        while (true) {
            CopyMessages.Opened opened = open();
            Path file = receive(opened);
            if (file == null) {
                continue; // the leader has deleted that copy: open another
            }
            tell(CopyMessages.DONE, CopyMessages.longRequest(opened.copyId()));
            if (Files.size(file) != opened.length() || CopySource.crcOf(file) != opened.crc()) {
                throw new IOException("the received database has a wrong checksum");
            }
            context.partial()[0] = null;
            LOG.info("received the database of {}: {} bytes", Long.toHexString(source), opened.length());
            return file;
        }
    }

    private CopyMessages.Opened open() throws GaveUp, InterruptedException {
        byte[] request = CopyMessages.longRequest(meta.getLastIncludedIndex());
        while (true) {
            Answer answer = ask(CopyMessages.OPEN, request);
            if (answer != null && answer.outcome() == Answer.Outcome.DONE) {
                progressNanos = System.nanoTime(); // being made counts as progress
                if (answer.value().length > 0) {
                    return CopyMessages.Opened.decode(answer.value());
                }
            }
            pause();
        }
    }

    /** @return the whole file, synced, or null where the copy is gone at the leader */
    private @Nullable Path receive(CopyMessages.Opened opened) throws GaveUp, IOException, InterruptedException {
        Partial partial = partialFor(opened);
        long offset = partial.offset();
        try (FileChannel channel =
                FileChannel.open(partial.file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (offset < opened.length()) {
                Answer answer = ask(
                        CopyMessages.READ,
                        CopyMessages.readRequest(opened.copyId(), offset, CopyMessages.CHUNK_BYTES_MAX));
                if (answer != null && answer.outcome() == Answer.Outcome.REFUSED) {
                    return null;
                }
                ByteBuffer chunk = answer == null || answer.outcome() != Answer.Outcome.DONE
                        ? null
                        : CopyMessages.checkedChunk(answer.value());
                if (chunk == null) {
                    pause();
                    continue;
                }
                int length = chunk.remaining();
                write(channel, chunk, offset);
                offset += length;
                progressNanos = System.nanoTime();
                context.partial()[0] = new Partial(source, opened.copyId(), partial.file(), offset);
                context.throttle().accept(length);
            }
            channel.force(true);
        }
        DurableFiles.syncDirectory(context.staging());
        return partial.file();
    }

    private Partial partialFor(CopyMessages.Opened opened) throws IOException {
        Partial earlier = context.partial()[0];
        if (earlier != null && earlier.source() == source && earlier.copyId() == opened.copyId()) {
            return earlier;
        }
        if (earlier != null) {
            Files.deleteIfExists(earlier.file());
        }
        Path file = context.staging().resolve("received-" + Long.toHexString(opened.copyId()));
        Files.deleteIfExists(file);
        return new Partial(source, opened.copyId(), file, 0);
    }

    private static void write(FileChannel channel, ByteBuffer chunk, long offset) throws IOException {
        long at = offset;
        while (chunk.hasRemaining()) {
            at += channel.write(chunk, at);
        }
    }

    /** @return null where no answer came; it may be asked again */
    private @Nullable Answer ask(int kind, byte[] request) throws GaveUp, InterruptedException {
        if (cancelled.isDone()) {
            throw new GaveUp("cancelled");
        }
        if (System.nanoTime() - progressNanos > STALL_NANOS_MAX) {
            throw new GaveUp("no progress for " + TimeUnit.NANOSECONDS.toSeconds(STALL_NANOS_MAX) + " s");
        }
        CompletableFuture<byte[]> reply = context.transport().call(source, kind, request, CALL_TIMEOUT);
        try {
            CompletableFuture.anyOf(reply, cancelled).get();
            if (cancelled.isDone()) {
                throw new GaveUp("cancelled");
            }
            return Answer.decode(reply.join());
        } catch (ExecutionException e) {
            LOG.debug("no answer to {}", kind, e);
            return null;
        }
    }

    private void tell(int kind, byte[] request) {
        context.transport().send(source, kind, request);
    }

    private void pause() throws InterruptedException {
        try {
            cancelled.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // the pause is over, or never ends: whichever, the next ask looks
        }
    }
}

package io.quorlite.raft;

import io.quorlite.raft.transport.PeerReply;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Replica;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * Makes copies of the database for members that lag too far for the log, and serves them in chunks. Members that ask while a
 * copy is there share it; it is deleted when all of them are done, or when nobody has read from it for a while.
 *
 * <p>All state belongs to {@code owner}, a single thread; copies are made on {@code maker}.
 */
final class CopySource {
    private static final long UNUSED_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private static final class Copy {
        final long id;
        final Path file;
        final Set<Long> users = new HashSet<>();
        boolean ready;
        long appliedIndex;
        long length;
        int crc;
        long usedNanos = System.nanoTime();

        Copy(long id, Path file) {
            this.id = id;
            this.file = file;
        }
    }

    private final Replica replica;
    private final Path staging;
    private final ScheduledExecutorService owner;
    private final ScheduledExecutorService maker;
    private final Failures failures;
    private final TreeMap<Long, Copy> copies = new TreeMap<>();
    private long nextId = System.nanoTime(); // another run's ids must not be taken for ours

    CopySource(
            Replica replica,
            Path staging,
            ScheduledExecutorService owner,
            ScheduledExecutorService maker,
            Failures failures) {
        this.replica = replica;
        this.staging = staging;
        this.owner = owner;
        this.maker = maker;
        this.failures = failures;
    }

    void serve(PeerTransport transport) {
        transport.handle(CopyMessages.OPEN, this::open, owner);
        transport.handle(CopyMessages.READ, this::read, owner);
        transport.handle(CopyMessages.DONE, this::done, owner);
        owner.scheduleWithFixedDelay(this::deleteUnused, 10, 10, TimeUnit.SECONDS);
    }

    private void open(long from, byte[] request, PeerReply reply) {
        if (request.length != Long.BYTES) {
            reply.fail("bad request");
            return;
        }
        long leastIndex = ByteBuffer.wrap(request).getLong();
        Copy copy = suitableCopy(leastIndex);
        copy.users.add(from);
        copy.usedNanos = System.nanoTime();
        reply.send(Answer.done(
                copy.ready ? new CopyMessages.Opened(copy.id, copy.length, copy.crc).encode() : new byte[0]));
    }

    private Copy suitableCopy(long leastIndex) {
        for (Copy copy : copies.values()) {
            // One still being made will do: it is made from a database that is past every snapshot record.
            if (!copy.ready || copy.appliedIndex >= leastIndex) {
                return copy;
            }
        }
        Copy made = new Copy(nextId, staging.resolve("copy-" + Long.toHexString(nextId)));
        nextId++;
        copies.put(made.id, made);
        maker.execute(() -> make(made));
        return made;
    }

    private void make(Copy copy) {
        try {
            DatabaseCopy info = replica.copyTo(copy.file);
            long length = Files.size(copy.file);
            int crc = crcOf(copy.file);
            owner.execute(() -> {
                copy.appliedIndex = info.appliedIndex();
                copy.length = length;
                copy.crc = crc;
                copy.usedNanos = System.nanoTime();
                copy.ready = true;
            });
        } catch (IOException | RuntimeException e) {
            failures.log("cannot copy the database", e);
            owner.execute(() -> delete(copy));
        }
    }

    static int crcOf(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
            }
        }
        return (int) crc.getValue();
    }

    private void read(long from, byte[] request, PeerReply reply) {
        if (request.length != 20) {
            reply.fail("bad request");
            return;
        }
        ByteBuffer in = ByteBuffer.wrap(request);
        long copyId = in.getLong();
        long offset = in.getLong();
        int wanted = Math.min(in.getInt(), CopyMessages.CHUNK_BYTES_MAX);
        Copy copy = copies.get(copyId);
        if (copy == null || !copy.ready || offset < 0 || offset >= copy.length || wanted < 1) {
            reply.send(Answer.failed(
                    new ReplicationException(Kind.NOT_LEADER, "no copy " + copyId + " with an offset " + offset)));
            return;
        }
        copy.users.add(from);
        copy.usedNanos = System.nanoTime();
        try {
            byte[] data = readAt(copy.file, offset, (int) Math.min(wanted, copy.length - offset));
            reply.send(Answer.done(CopyMessages.chunk(data)));
        } catch (IOException e) {
            failures.log("cannot read " + copy.file, e);
            delete(copy);
            reply.fail("the copy cannot be read");
        }
    }

    private static byte[] readAt(Path file, long offset, int length) throws IOException {
        ByteBuffer data = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (data.hasRemaining()) {
                if (channel.read(data, offset + data.position()) < 0) {
                    throw new IOException("ends before " + (offset + length));
                }
            }
        }
        return data.array();
    }

    private void done(long from, byte[] request, PeerReply reply) {
        if (request.length == Long.BYTES) {
            Copy copy = copies.get(ByteBuffer.wrap(request).getLong());
            if (copy != null && copy.users.remove(from) && copy.users.isEmpty()) {
                delete(copy);
            }
        }
        reply.send(Answer.done(new byte[0]));
    }

    private void deleteUnused() {
        long now = System.nanoTime();
        for (Iterator<Copy> all = copies.values().iterator(); all.hasNext(); ) {
            Copy copy = all.next();
            if (copy.ready && now - copy.usedNanos > UNUSED_NANOS_MAX) {
                all.remove();
                deleteFile(copy);
            }
        }
    }

    private void delete(Copy copy) {
        copies.remove(copy.id);
        deleteFile(copy);
    }

    private void deleteFile(Copy copy) {
        try {
            Files.deleteIfExists(copy.file);
        } catch (IOException e) {
            failures.log("cannot delete " + copy.file, e);
        }
    }
}

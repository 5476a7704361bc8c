package io.quorlite.raft;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Member;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.replication.Replica;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationException;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A replica whose database is a file of its entries: index (8), term (8), length (4), data. */
final class FileReplica implements Replica, AutoCloseable {
    /** A proposal that was refused, or whose outcome is unknown. */
    static final class NotApplied extends Exception {
        private static final long serialVersionUID = 1;
        final boolean unknown;
        final ReplicationException.Kind kind;

        NotApplied(boolean unknown, ReplicationException reason) {
            super((unknown ? "unknown: " : "refused: ") + reason.kind() + " " + reason.getMessage());
            this.unknown = unknown;
            this.kind = reason.kind();
        }
    }

    private final Path file;
    private FileChannel channel;
    private final List<CommittedEntry> entries = new ArrayList<>(); // guarded by this, as is the channel
    private final Map<String, CompletableFuture<Long>> waiting = new ConcurrentHashMap<>();
    final List<String> events = new CopyOnWriteArrayList<>();
    volatile @Nullable Throwable fatal;
    volatile int installs;
    volatile long appliedNanos; // when the newest entry was applied
    volatile List<Member> members = List.of();
    volatile @Nullable String failOn;
    private volatile long appliedIndex;
    private volatile long appliedTerm;

    FileReplica(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.getParent());
        this.channel = open();
    }

    private synchronized FileChannel open() throws IOException {
        entries.clear();
        appliedIndex = 0;
        appliedTerm = 0;
        if (Files.exists(file)) {
            try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                while (true) {
                    long index;
                    try {
                        index = in.readLong();
                    } catch (EOFException e) {
                        break;
                    }
                    long term = in.readLong();
                    byte[] data = new byte[in.readInt()];
                    in.readFully(data);
                    entries.add(new CommittedEntry(index, term, data));
                    appliedIndex = index;
                    appliedTerm = term;
                }
            }
        }
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    /** What was proposed and applied, in order, without leaders' first entries. */
    synchronized List<String> applied() {
        List<String> all = new ArrayList<>();
        for (CommittedEntry entry : entries) {
            if (entry.data().length > 0) {
                all.add(text(entry.data()));
            }
        }
        return all;
    }

    /** Proposes {@code text}, which must be unique; completes with its index once it is applied here. */
    CompletableFuture<Long> propose(Replication replication, String text) {
        CompletableFuture<Long> done = new CompletableFuture<>();
        waiting.put(key(text), done);
        replication.propose(text.getBytes(StandardCharsets.UTF_8), new ProposalListener() {
            @Override
            public void sent(long term) {}

            @Override
            public void refused(ReplicationException reason) {
                done.completeExceptionally(new NotApplied(false, reason));
            }

            @Override
            public void unknown(ReplicationException reason) {
                done.completeExceptionally(new NotApplied(true, reason));
            }
        });
        return done;
    }

    private static String key(String text) {
        return text.substring(0, Math.min(60, text.length()));
    }

    private static String text(byte[] data) {
        return new String(data, StandardCharsets.UTF_8);
    }

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long appliedTerm() {
        return appliedTerm;
    }

    @Override
    public void apply(List<CommittedEntry> batch) {
        for (CommittedEntry entry : batch) {
            if (entry.index() <= appliedIndex) {
                throw new AssertionError("applied twice: " + entry.index());
            }
            String text = text(entry.data());
            if (failOn != null && text.equals(failOn)) {
                throw new IllegalStateException("told to fail");
            }
            append(entry);
            CompletableFuture<Long> waits = waiting.remove(key(text));
            if (waits != null) {
                waits.complete(entry.index());
            }
        }
    }

    private synchronized void append(CommittedEntry entry) {
        ByteBuffer record = ByteBuffer.allocate(20 + entry.data().length);
        record.putLong(entry.index())
                .putLong(entry.term())
                .putInt(entry.data().length)
                .put(entry.data())
                .flip();
        try {
            while (record.hasRemaining()) {
                channel.write(record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entries.add(entry);
        appliedNanos = System.nanoTime();
        appliedTerm = entry.term();
        appliedIndex = entry.index();
    }

    @Override
    public void leadershipGained(long term) {
        events.add("gained " + term);
    }

    @Override
    public void leadershipLost() {
        events.add("lost");
    }

    @Override
    public void leaderChanged(long leaderId, long term) {
        events.add("leader " + leaderId + " " + term);
    }

    @Override
    public void membersChanged(List<Member> changed) {
        members = changed;
    }

    @Override
    public synchronized long persist() throws IOException {
        channel.force(true);
        return appliedIndex;
    }

    @Override
    public synchronized DatabaseCopy copyTo(Path target) throws IOException {
        Files.copy(file, target);
        return new DatabaseCopy(appliedIndex, appliedTerm, Files.size(target));
    }

    @Override
    public synchronized void install(Path copy) throws IOException {
        channel.close();
        Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
        channel = open();
        channel.force(true);
        installs++;
    }

    @Override
    public CompletableFuture<byte[]> answer(byte[] question) {
        return CompletableFuture.completedFuture(("answer to " + text(question)).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void fatal(Throwable cause) {
        fatal = cause;
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
        if (failOn == null && fatal != null && !(fatal instanceof RemovedFromClusterException)) {
            throw new AssertionError("the member stopped", fatal);
        }
    }
}

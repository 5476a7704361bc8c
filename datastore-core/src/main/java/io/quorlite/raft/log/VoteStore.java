package io.quorlite.raft.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.sofajraft.core.NodeImpl;
import io.quorlite.sofajraft.entity.EnumOutter.ErrorType;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.error.RaftError;
import io.quorlite.sofajraft.error.RaftException;
import io.quorlite.sofajraft.option.RaftMetaStorageOptions;
import io.quorlite.sofajraft.storage.RaftMetaStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current term and the vote given in it, in a {@link SlotFile} called {@code vote}. A setter that returns true has made
 * its value durable by one write. Thread-safe.
 *
 * <p>It also guards Raft's rule of one vote in a term: a term that goes back, or a vote that changes within its term, is
 * refused and stops the node, whatever the engine had in mind.
 *
 * <p>After an I/O error or a broken rule every later setter returns false; the callback given at {@link #open} hears of the
 * first one.
 */
public final class VoteStore implements RaftMetaStorage {
    private static final Logger log = LoggerFactory.getLogger(VoteStore.class);
    private static final long MAGIC = 0x514c564f54452020L; // "QLVOTE  "
    private static final String FILE_NAME = "vote";

    private final Path path;
    private final SlotFile file;
    private final Consumer<Throwable> onFailure;
    private long term;
    private PeerId votedFor;
    private boolean failed;
    private boolean closed;
    private @Nullable NodeImpl node;

    private VoteStore(Path path, SlotFile file, Consumer<Throwable> onFailure) throws IOException {
        this.path = path;
        this.file = file;
        this.onFailure = onFailure;
        ByteBuffer payload = ByteBuffer.wrap(file.payload());
        if (payload.remaining() < 12) {
            throw new CorruptLogException(path + " holds no vote");
        }
        this.term = payload.getLong();
        this.votedFor = decodePeer(payload);
    }

    /** Opens the store of this machine's file system. */
    public static VoteStore open(Path directory, Consumer<Throwable> onFailure) throws IOException {
        return open(Disk.local(), directory, onFailure);
    }

    /**
     * Opens the vote file in {@code directory}, or makes both: term 0, no vote.
     *
     * @param onFailure hears of the first failure, from the thread that met it; must not block
     * @throws CorruptLogException if the file is damaged: the member may have voted and must not vote again
     */
    public static VoteStore open(Disk disk, Path directory, Consumer<Throwable> onFailure) throws IOException {
        disk.createDirectories(directory);
        Path path = directory.resolve(FILE_NAME);
        SlotFile file = SlotFile.open(disk, directory, FILE_NAME, MAGIC, encode(0, PeerId.emptyPeer()));
        try {
            return new VoteStore(path, file, onFailure);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public synchronized boolean init(RaftMetaStorageOptions options) {
        node = options.getNode();
        return !failed && !closed;
    }

    @Override
    public synchronized long getTerm() {
        return term;
    }

    @Override
    public synchronized PeerId getVotedFor() {
        return votedFor.copy();
    }

    @Override
    public synchronized boolean setTerm(long newTerm) {
        return save(newTerm, newTerm == term ? votedFor : PeerId.emptyPeer());
    }

    @Override
    public synchronized boolean setVotedFor(PeerId peer) {
        return save(term, peer);
    }

    @Override
    public synchronized boolean setTermAndVotedFor(long newTerm, PeerId peer) {
        return save(newTerm, peer);
    }

    private boolean save(long newTerm, PeerId peer) {
        if (failed || closed) {
            return false;
        }
        try {
            requireLawful(newTerm, peer);
            file.write(encode(newTerm, peer));
        } catch (IOException | RuntimeException e) {
            fail(e);
            return false;
        }
        term = newTerm;
        votedFor = peer.copy();
        return true;
    }

    private void requireLawful(long newTerm, PeerId peer) {
        if (newTerm < term) {
            throw new IllegalStateException("term would go back from " + term + " to " + newTerm);
        }
        if (newTerm == term && !votedFor.isEmpty() && !votedFor.equals(peer)) {
            throw new IllegalStateException(
                    "vote would change within term " + term + " from " + votedFor + " to " + peer);
        }
    }

    private void fail(Throwable cause) {
        failed = true;
        log.error("cannot save term and vote in {}: {}", path, cause.toString()); // the callback has the rest
        onFailure.accept(cause);
        if (node != null) {
            node.onError(new RaftException(ErrorType.ERROR_TYPE_META, RaftError.EIO, "cannot save term and vote"));
        }
    }

    private static byte[] encode(long term, PeerId peer) {
        byte[] name = peer.isEmpty() ? new byte[0] : peer.toString().getBytes(UTF_8);
        return ByteBuffer.allocate(12 + name.length)
                .putLong(term)
                .putInt(name.length)
                .put(name)
                .array();
    }

    private PeerId decodePeer(ByteBuffer payload) throws CorruptLogException {
        byte[] name = new byte[Math.max(0, Math.min(payload.getInt(), payload.remaining()))];
        payload.get(name);
        PeerId peer = PeerId.emptyPeer();
        if (name.length > 0 && !peer.parse(new String(name, UTF_8))) {
            throw new CorruptLogException(path + " holds a vote for what is no peer");
        }
        return peer;
    }

    @Override
    public synchronized void shutdown() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            log.warn("cannot close {}", path, e);
        }
    }
}

package io.quorlite.raft;

import io.quorlite.raft.transport.MemberIds;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import io.quorlite.sofajraft.error.RaftError;
import io.quorlite.sofajraft.option.SnapshotCopierOptions;
import io.quorlite.sofajraft.protobuf.Message;
import io.quorlite.sofajraft.storage.SnapshotStorage;
import io.quorlite.sofajraft.storage.SnapshotThrottle;
import io.quorlite.sofajraft.storage.snapshot.SnapshotCopier;
import io.quorlite.sofajraft.storage.snapshot.SnapshotReader;
import io.quorlite.sofajraft.storage.snapshot.SnapshotWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the engine sees of snapshots. A snapshot is a {@link SnapshotRecord}; its data is the database, a copy of which another
 * member fetches by a URI {@code quorlite:<member>:<SnapshotMeta in hex>:<list of members in hex>}. Thread-safe.
 *
 * <p>The members go along because a newcomer may not know yet where to reach the one that offers the copy.
 */
final class SnapshotStore implements SnapshotStorage {
    private static final String SCHEME = "quorlite:";

    private final Path file;
    private final long memberId;
    private final MemberRegistry registry;
    private final CopyDownload.Factory downloads;
    private final Failures failures;
    private volatile @Nullable SnapshotMeta latest;

    SnapshotStore(
            Path file,
            @Nullable SnapshotMeta latest,
            long memberId,
            MemberRegistry registry,
            CopyDownload.Factory downloads,
            Failures failures) {
        this.file = file;
        this.latest = latest;
        this.memberId = memberId;
        this.registry = registry;
        this.downloads = downloads;
        this.failures = failures;
    }

    /** The record's index, 0 for none. */
    long lastIndex() {
        SnapshotMeta meta = latest;
        return meta == null ? 0 : meta.getLastIncludedIndex();
    }

    /** Writes the record. The database must be durable up to its index before. */
    void save(SnapshotMeta meta) throws IOException {
        SnapshotRecord.write(file, meta);
        latest = meta;
    }

    @Override
    public boolean init(@Nullable Void options) {
        return true;
    }

    @Override
    public void shutdown() {}

    @Override
    public boolean setFilterBeforeCopyRemote() {
        return false;
    }

    @Override
    public void setSnapshotThrottle(@Nullable SnapshotThrottle throttle) {} // ours is in the download

    @Override
    public SnapshotWriter create() {
        return new RecordWriter();
    }

    @Override
    public @Nullable SnapshotReader open() {
        SnapshotMeta meta = latest;
        return meta == null ? null : new RecordReader(meta, null);
    }

    @Override
    public @Nullable SnapshotReader copyFrom(String uri, SnapshotCopierOptions options) {
        SnapshotCopier copier = startToCopyFrom(uri, options);
        if (copier == null) {
            return null;
        }
        try {
            copier.join();
        } catch (InterruptedException e) {
            copier.cancel();
            Thread.currentThread().interrupt();
        }
        return copier.getReader();
    }

    @Override
    public @Nullable SnapshotCopier startToCopyFrom(String uri, SnapshotCopierOptions options) {
        try {
            String[] parts = uri.substring(SCHEME.length()).split(":", -1);
            long source = MemberIds.parse(parts[0]);
            SnapshotMeta meta = SnapshotMeta.parseFrom(HexFormat.of().parseHex(parts[1]));
            registry.learn(HexFormat.of().parseHex(parts[2]));
            CopyDownload download = downloads.create(source, meta, RecordReader::new);
            download.start();
            return download;
        } catch (IOException | RuntimeException e) {
            failures.log("cannot fetch a snapshot from '" + uri + "'", e);
            return null;
        }
    }

    private String uri(SnapshotMeta meta) {
        return SCHEME + MemberIds.text(memberId) + ":" + HexFormat.of().formatHex(meta.toByteArray()) + ":"
                + HexFormat.of().formatHex(registry.encoded());
    }

    /** Reads a record, and names the staged copy of the database where it came from another member. */
    final class RecordReader extends SnapshotReader {
        private final SnapshotMeta meta;
        private final @Nullable Path copy;

        RecordReader(SnapshotMeta meta, @Nullable Path copy) {
            this.meta = meta;
            this.copy = copy;
        }

        /** The received database to install, or null where the own one holds the snapshot already. */
        @Nullable Path received() {
            return copy;
        }

        @Override
        public boolean init(@Nullable Void options) {
            return true;
        }

        @Override
        public void shutdown() {}

        @Override
        public SnapshotMeta load() {
            return meta;
        }

        @Override
        public String generateURIForCopy() {
            return uri(meta);
        }

        @Override
        public String getPath() {
            return file.toString();
        }

        @Override
        public Set<String> listFiles() {
            return Set.of();
        }

        @Override
        public @Nullable Message getFileMeta(String fileName) {
            return null;
        }

        @Override
        public void close() {}
    }

    /** Writes the record when the engine says so, which is after the database was made durable. */
    private final class RecordWriter extends SnapshotWriter {
        @Override
        public boolean init(@Nullable Void options) {
            return true;
        }

        @Override
        public void shutdown() {}

        @Override
        public boolean saveMeta(SnapshotMeta meta) {
            try {
                save(meta);
                return true;
            } catch (IOException e) {
                failures.fatal(e);
                setError(RaftError.EIO, "cannot write the snapshot record: %s", e.getMessage());
                return false;
            }
        }

        @Override
        public boolean addFile(String fileName, @Nullable Message fileMeta) {
            return true;
        }

        @Override
        public boolean removeFile(String fileName) {
            return true;
        }

        @Override
        public void close(boolean keepDataOnError) {}

        @Override
        public void close() {}

        @Override
        public String getPath() {
            return file.toString();
        }

        @Override
        public Set<String> listFiles() {
            return Set.of();
        }

        @Override
        public @Nullable Message getFileMeta(String fileName) {
            return null;
        }
    }
}

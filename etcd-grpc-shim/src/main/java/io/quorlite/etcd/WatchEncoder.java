package io.quorlite.etcd;

import com.google.protobuf.CodedOutputStream;
import io.grpc.Status;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.watch.WatchEvent;
import io.quorlite.watch.WatchMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes what a stream of watches says as etcd's WatchResponse, by hand, so that an event's bytes are made once and shared by
 * all responses it is in. The result is what protobuf would make of the same message. Thread-safe.
 *
 * <pre>
 * WatchResponse: 1 header {1 cluster_id, 2 member_id, 3 revision, 4 raft_term}, 2 watch_id, 3 created, 4 canceled,
 *                5 compact_revision, 6 cancel_reason, 7 fragment, 11 events
 * </pre>
 */
final class WatchEncoder {
    private static final int HEADER = 1;
    private static final int WATCH_ID = 2;
    private static final int CREATED = 3;
    private static final int CANCELED = 4;
    private static final int COMPACT_REVISION = 5;
    private static final int CANCEL_REASON = 6;
    private static final int FRAGMENT = 7;

    private final NodeIdentity identity;
    private final int fragmentBytesMax;

    /** @param fragmentBytesMax from which size on a response is split where the client asked for fragments */
    WatchEncoder(NodeIdentity identity, int fragmentBytesMax) {
        this.identity = identity;
        this.fragmentBytesMax = fragmentBytesMax;
    }

    /** The responses for {@code message}: one, or several if {@code fragmented} and it is too large for one. */
    List<EncodedReply> encode(WatchMessage message, boolean fragmented) {
        if (message instanceof WatchMessage.Events events) {
            return events(events, fragmented);
        }
        return List.of(EncodedReply.of(head(message), List.of()));
    }

    private byte[] head(WatchMessage message) {
        if (message instanceof WatchMessage.Created created) {
            return new Head(created.revision(), created.watchId()).created().bytes();
        }
        if (message instanceof WatchMessage.Progress progress) {
            return new Head(progress.revision(), progress.watchId()).bytes();
        }
        if (message instanceof WatchMessage.Cancelled cancelled) {
            return new Head(cancelled.revision(), cancelled.watchId())
                    .canceled()
                    .bytes();
        }
        if (message instanceof WatchMessage.Compacted compacted) {
            // no revision and no reason: clients tell a compacted watch by compact_revision alone
            return new Head(0, compacted.watchId())
                    .canceled()
                    .compacted(compacted.compactRevision())
                    .bytes();
        }
        if (message instanceof WatchMessage.Rejected rejected) {
            return new Head(rejected.revision(), WatchMessage.NO_WATCH)
                    .created()
                    .canceled()
                    .reason(reason(rejected.reason()))
                    .bytes();
        }
        throw new AssertionError(message);
    }

    private List<EncodedReply> events(WatchMessage.Events message, boolean fragmented) {
        List<byte[]> fields = new ArrayList<>(message.events().size());
        for (WatchEvent event : message.events()) {
            fields.add(event.encoded(message.prevKv(), ProtoMapper::eventField));
        }
        byte[] head = new Head(message.revision(), message.watchId()).bytes();
        EncodedReply whole = EncodedReply.of(head, fields);
        if (!fragmented || whole.sizeBytes() < fragmentBytesMax || fields.size() < 2) {
            return List.of(whole);
        }
        return fragments(message, head, fields);
    }

    /** Fills each fragment up to the limit, at least one event in each; all but the last say that more follows. */
    private List<EncodedReply> fragments(WatchMessage.Events message, byte[] lastHead, List<byte[]> fields) {
        byte[] head = new Head(message.revision(), message.watchId()).fragment().bytes();
        List<EncodedReply> frames = new ArrayList<>();
        int from = 0;
        while (from < fields.size()) {
            int to = from + 1;
            long size = (long) head.length + fields.get(from).length;
            while (to < fields.size() && size + fields.get(to).length < fragmentBytesMax) {
                size += fields.get(to).length;
                to++;
            }
            frames.add(EncodedReply.of(to == fields.size() ? lastHead : head, List.copyOf(fields.subList(from, to))));
            from = to;
        }
        return frames;
    }

    private static String reason(WatchMessage.Reason reason) {
        return switch (reason) {
            case DUPLICATE_ID -> "mvcc: duplicate watch ID provided on the WatchStream";
            case EMPTY_RANGE -> "mvcc: watcher range is empty";
            case NEGATIVE_REVISION -> text(StatusMapper.of(DatastoreException.Kind.COMPACTED));
            case TOO_MANY_WATCHES -> text(StatusMapper.of(DatastoreException.Kind.OVERLOADED));
        };
    }

    private static String text(Status status) {
        String description = status.getDescription();
        return description == null ? "" : description;
    }

    /** The fields before the events. A field with its type's default is left out, as protobuf does. */
    private final class Head {
        private final long revision;
        private final long watchId;
        private final long term = identity.term();
        private boolean created;
        private boolean canceled;
        private boolean fragment;
        private long compactRevision;
        private String reason = "";

        Head(long revision, long watchId) {
            this.revision = revision;
            this.watchId = watchId;
        }

        Head created() {
            created = true;
            return this;
        }

        Head canceled() {
            canceled = true;
            return this;
        }

        Head fragment() {
            fragment = true;
            return this;
        }

        Head compacted(long compactRevision) {
            this.compactRevision = compactRevision;
            return this;
        }

        Head reason(String reason) {
            this.reason = reason;
            return this;
        }

        byte[] bytes() {
            int headerSize = headerSize();
            byte[] bytes = new byte[size(headerSize)];
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            try {
                write(out, headerSize);
                out.checkNoSpaceLeft();
            } catch (IOException impossible) {
                throw new UncheckedIOException("the head's own size does not hold it", impossible);
            }
            return bytes;
        }

        private int headerSize() {
            return unsignedSize(1, identity.clusterId())
                    + unsignedSize(2, identity.memberId())
                    + signedSize(3, revision)
                    + unsignedSize(4, term);
        }

        private int size(int headerSize) {
            return CodedOutputStream.computeTagSize(HEADER)
                    + CodedOutputStream.computeUInt32SizeNoTag(headerSize)
                    + headerSize
                    + signedSize(WATCH_ID, watchId)
                    + flagSize(CREATED, created)
                    + flagSize(CANCELED, canceled)
                    + signedSize(COMPACT_REVISION, compactRevision)
                    + (reason.isEmpty() ? 0 : CodedOutputStream.computeStringSize(CANCEL_REASON, reason))
                    + flagSize(FRAGMENT, fragment);
        }

        private void write(CodedOutputStream out, int headerSize) throws IOException {
            out.writeTag(HEADER, 2); // wire type 2: length, then bytes
            out.writeUInt32NoTag(headerSize);
            unsigned(out, 1, identity.clusterId());
            unsigned(out, 2, identity.memberId());
            signed(out, 3, revision);
            unsigned(out, 4, term);
            signed(out, WATCH_ID, watchId);
            flag(out, CREATED, created);
            flag(out, CANCELED, canceled);
            signed(out, COMPACT_REVISION, compactRevision);
            if (!reason.isEmpty()) {
                out.writeString(CANCEL_REASON, reason);
            }
            flag(out, FRAGMENT, fragment);
        }
    }

    private static int signedSize(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeInt64Size(field, value);
    }

    private static int unsignedSize(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeUInt64Size(field, value);
    }

    private static int flagSize(int field, boolean value) {
        return value ? CodedOutputStream.computeBoolSize(field, true) : 0;
    }

    private static void signed(CodedOutputStream out, int field, long value) throws IOException {
        if (value != 0) {
            out.writeInt64(field, value);
        }
    }

    private static void unsigned(CodedOutputStream out, int field, long value) throws IOException {
        if (value != 0) {
            out.writeUInt64(field, value);
        }
    }

    private static void flag(CodedOutputStream out, int field, boolean value) throws IOException {
        if (value) {
            out.writeBool(field, true);
        }
    }
}

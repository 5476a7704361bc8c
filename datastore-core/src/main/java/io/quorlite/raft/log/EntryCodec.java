package io.quorlite.raft.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.LogId;
import io.quorlite.sofajraft.entity.PeerId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a record: the lists of peers that the entry has, then its data.
 *
 * <pre>
 * for each list whose flag is set (peers 1, old peers 2, learners 4, old learners 8): count (4), then for each peer
 * length (4) and text (UTF-8); then, with flag 16, data up to the end of the payload
 * </pre>
 *
 * <p>A list that is null and an empty one are different entries and stay so. Stateless.
 */
final class EntryCodec {
    private static final int PEERS = 1;
    private static final int OLD_PEERS = 2;
    private static final int LEARNERS = 4;
    private static final int OLD_LEARNERS = 8;
    private static final int DATA = 16;
    private static final byte[] NO_LISTS = new byte[0];

    private EntryCodec() {}

    static int flags(LogEntry entry) {
        return (entry.getPeers() == null ? 0 : PEERS)
                | (entry.getOldPeers() == null ? 0 : OLD_PEERS)
                | (entry.getLearners() == null ? 0 : LEARNERS)
                | (entry.getOldLearners() == null ? 0 : OLD_LEARNERS)
                | (entry.getData() == null ? 0 : DATA);
    }

    static int dataBytes(LogEntry entry) {
        ByteBuffer data = entry.getData();
        return data == null ? 0 : data.remaining();
    }

    static byte[] encodeLists(LogEntry entry) {
        if ((flags(entry) & ~DATA) == 0) {
            return NO_LISTS;
        }
        List<byte[]> parts = new ArrayList<>();
        encodeList(entry.getPeers(), parts);
        encodeList(entry.getOldPeers(), parts);
        encodeList(entry.getLearners(), parts);
        encodeList(entry.getOldLearners(), parts);
        ByteBuffer lists =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(lists::put);
        return lists.array();
    }

    private static void encodeList(@Nullable List<PeerId> peers, List<byte[]> parts) {
        if (peers == null) {
            return;
        }
        parts.add(ByteBuffer.allocate(4).putInt(peers.size()).array());
        for (PeerId peer : peers) {
            byte[] text = peer.toString().getBytes(UTF_8);
            parts.add(ByteBuffer.allocate(4 + text.length)
                    .putInt(text.length)
                    .put(text)
                    .array());
        }
    }

    /** Restores the entry from a payload whose checksum was right; {@code payload} is read from its position to its limit. */
    static LogEntry decode(RecordHeader header, ByteBuffer payload) {
        LogEntry entry = new LogEntry(EntryType.forNumber(header.entryType()));
        entry.setId(new LogId(header.index(), header.term()));
        int flags = header.flags();
        entry.setPeers(decodeList(flags & PEERS, payload));
        entry.setOldPeers(decodeList(flags & OLD_PEERS, payload));
        entry.setLearners(decodeList(flags & LEARNERS, payload));
        entry.setOldLearners(decodeList(flags & OLD_LEARNERS, payload));
        entry.setData((flags & DATA) == 0 ? null : decodeData(payload));
        return entry;
    }

    private static @Nullable List<PeerId> decodeList(int flag, ByteBuffer payload) {
        if (flag == 0) {
            return null;
        }
        int count = payload.getInt();
        List<PeerId> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] text = new byte[payload.getInt()];
            payload.get(text);
            peers.add(PeerId.parsePeer(new String(text, UTF_8)));
        }
        return peers;
    }

    /** The data in an array of its own: whoever keeps it keeps no more than that. */
    private static ByteBuffer decodeData(ByteBuffer payload) {
        if (!payload.hasRemaining()) {
            return LogEntry.EMPTY_DATA;
        }
        byte[] data = new byte[payload.remaining()];
        payload.get(data);
        return ByteBuffer.wrap(data);
    }

    /**
     * Another entry with the same content, sharing only the bytes of the data. The engine changes log ids in place, and a
     * state machine may move the position of the data it is given.
     */
    static LogEntry copyOf(LogEntry entry) {
        LogEntry copy = new LogEntry(entry.getType());
        copy.setId(new LogId(entry.getId().getIndex(), entry.getId().getTerm()));
        copy.setPeers(entry.getPeers());
        copy.setOldPeers(entry.getOldPeers());
        copy.setLearners(entry.getLearners());
        copy.setOldLearners(entry.getOldLearners());
        copy.setData(entry.getData() == null ? null : entry.getData().duplicate());
        return copy;
    }
}

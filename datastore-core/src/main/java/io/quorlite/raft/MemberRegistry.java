package io.quorlite.raft;

import io.quorlite.raft.transport.AddressBook;
import io.quorlite.replication.CorruptLogException;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names and addresses of members: the engine's configuration holds their ids alone. Kept in a file, spread by entries of the
 * log that only this package understands, and given along with a copied database. Thread-safe.
 *
 * <pre>
 * list   version = 1 (4) | count (4) | per member: id (8) name (UTF) host (UTF) port (4) URLs (4) | per URL: UTF
 * file "members": list | CRC-32C of it (4)
 * entry  FE 'M' 'B' 'R' | list
 * </pre>
 */
final class MemberRegistry {
    private static final byte[] ENTRY_MAGIC = {(byte) 0xFE, 'M', 'B', 'R'};
    private static final int VERSION = 1;
    private static final int CRC_BYTES = 4;
    private static final int LIST_MAX = 1_000;

    private final Path file;
    private final AddressBook book;
    private final TreeMap<Long, Member> known = new TreeMap<>();
    /** What other members said, or heard of this one: not what only its own configuration says. */
    private final TreeMap<Long, Member> spread = new TreeMap<>();

    private MemberRegistry(Path file, AddressBook book) {
        this.file = file;
        this.book = book;
    }

    /** Reads the file; what the configuration says of a member goes before what it says. */
    static MemberRegistry open(Path file, AddressBook book, Collection<Member> configured) throws IOException {
        MemberRegistry registry = new MemberRegistry(file, book);
        if (Files.exists(file)) {
            byte[] bytes = Files.readAllBytes(file);
            int length = bytes.length - CRC_BYTES;
            if (length < 0 || intAt(bytes, length) != DurableFiles.crc(bytes, 0, length)) {
                throw new CorruptLogException("wrong checksum in " + file);
            }
            registry.put(decode(Arrays.copyOf(bytes, length)));
        }
        registry.put(configured);
        return registry;
    }

    static boolean isEntry(byte[] data) {
        return data.length >= ENTRY_MAGIC.length
                && Arrays.equals(data, 0, ENTRY_MAGIC.length, ENTRY_MAGIC, 0, ENTRY_MAGIC.length);
    }

    /** An entry that spreads all members known here and a newcomer, who learns the others from it. */
    synchronized byte[] entryWith(Member newcomer) {
        TreeMap<Long, Member> all = new TreeMap<>(known);
        all.put(newcomer.id(), newcomer);
        return entry(all.values());
    }

    /** An entry that spreads what {@code member} says of itself, and nothing of others, who may know better by now. */
    static byte[] entryOf(Member member) {
        return entry(List.of(member));
    }

    /** Whether everybody has been told of {@code member} as it is now. */
    synchronized boolean hasSpread(Member member) {
        return plain(member).equals(spread.get(member.id()));
    }

    private static byte[] entry(Collection<Member> members) {
        byte[] list = encode(members);
        byte[] entry = Arrays.copyOf(ENTRY_MAGIC, ENTRY_MAGIC.length + list.length);
        System.arraycopy(list, 0, entry, ENTRY_MAGIC.length, list.length);
        return entry;
    }

    void applyEntry(byte[] entry) throws IOException {
        learn(Arrays.copyOfRange(entry, ENTRY_MAGIC.length, entry.length));
    }

    /** Takes over an encoded list, durably. */
    synchronized void learn(byte[] list) throws IOException {
        List<Member> learnt = decode(list);
        learnt.forEach(member -> spread.put(member.id(), member));
        if (put(learnt)) {
            byte[] all = encode(known.values());
            byte[] bytes = Arrays.copyOf(all, all.length + CRC_BYTES);
            int crc = DurableFiles.crc(all, 0, all.length);
            for (int i = 0; i < CRC_BYTES; i++) {
                bytes[all.length + i] = (byte) (crc >>> (8 * (CRC_BYTES - 1 - i)));
            }
            DurableFiles.replace(file, bytes);
        }
    }

    synchronized byte[] encoded() {
        return encode(known.values());
    }

    /** The member with this id, with or without a vote; one never heard of has its id for a name. */
    synchronized Member member(long id, boolean learner) {
        Member found = known.get(id);
        return found == null
                ? new Member(id, Long.toHexString(id), new PeerAddress("unknown", 0), learner)
                : new Member(id, found.name(), found.peerAddress(), learner, found.clientUrls());
    }

    synchronized @Nullable Member find(long id) {
        return known.get(id);
    }

    private synchronized boolean put(Collection<Member> members) {
        boolean changed = false;
        for (Member member : members) {
            Member before = known.get(member.id());
            Member now = plain(member);
            if (now.clientUrls().isEmpty() && before != null) { // whoever says nothing of them takes nothing back
                now = new Member(now.id(), now.name(), now.peerAddress(), false, before.clientUrls());
            }
            changed |= !now.equals(before);
            known.put(member.id(), now);
            book.put(member.id(), member.peerAddress());
        }
        return changed;
    }

    private static Member plain(Member member) {
        return new Member(member.id(), member.name(), member.peerAddress(), false, member.clientUrls());
    }

    private static byte[] encode(Collection<Member> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            out.writeInt(members.size());
            for (Member member : members) {
                out.writeLong(member.id());
                out.writeUTF(member.name());
                out.writeUTF(member.peerAddress().host());
                out.writeInt(member.peerAddress().port());
                out.writeInt(member.clientUrls().size());
                for (String url : member.clientUrls()) {
                    out.writeUTF(url);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static List<Member> decode(byte[] list) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(list))) {
            if (in.readInt() != VERSION) {
                throw new CorruptLogException("not a list of members of version " + VERSION);
            }
            Member[] members = new Member[Math.min(in.readInt(), LIST_MAX)];
            for (int i = 0; i < members.length; i++) {
                members[i] = new Member(
                        in.readLong(), in.readUTF(), new PeerAddress(in.readUTF(), in.readInt()), false, readUrls(in));
            }
            return List.of(members);
        }
    }

    private static List<String> readUrls(DataInputStream in) throws IOException {
        String[] urls = new String[Math.min(in.readInt(), LIST_MAX)];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = in.readUTF();
        }
        return List.of(urls);
    }

    private static int intAt(byte[] bytes, int offset) {
        int value = 0;
        for (int i = 0; i < CRC_BYTES; i++) {
            value = value << 8 | bytes[offset + i] & 0xFF;
        }
        return value;
    }
}

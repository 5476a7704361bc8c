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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names, addresses and {@link Standing} of members: the engine's configuration holds their ids alone. Kept in a file, spread by
 * entries of the log that only this package understands, and given along with a copied database. Thread-safe.
 *
 * <pre>
 * list   version = 2 (4) | count (4) | per member: id (8) name (UTF) host (UTF) port (4) URLs (4) | per URL: UTF | standing (1)
 *        version 1 has no standing
 * file "members": list | CRC-32C of it (4)
 * entry  FE 'M' 'B' 'R' | list
 * </pre>
 */
final class MemberRegistry {
    private static final byte[] ENTRY_MAGIC = {(byte) 0xFE, 'M', 'B', 'R'};
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_STANDING = 1;
    private static final int CRC_BYTES = 4;
    private static final int LIST_MAX = 10_000;
    private static final PeerAddress NOWHERE = new PeerAddress("unknown", 0);

    /** What is known of an id. */
    private record Known(Member member, Standing standing) {}

    private final Path file;
    private final AddressBook book;
    private final TreeMap<Long, Known> known = new TreeMap<>();
    /** What other members said, or heard of this one: not what only its own configuration says. */
    private final TreeMap<Long, Member> spread = new TreeMap<>();

    private MemberRegistry(Path file, AddressBook book) {
        this.file = file;
        this.book = book;
    }

    /**
     * Reads the file. It goes before what a member was first configured with, and {@code self} before both: a member knows best
     * where it is, and of the others what they said last.
     */
    static MemberRegistry open(Path file, AddressBook book, Member self, Collection<Member> configured)
            throws IOException {
        MemberRegistry registry = new MemberRegistry(file, book);
        registry.put(configured.stream()
                .map(member -> new Known(plain(member), Standing.KNOWN))
                .toList());
        if (Files.exists(file)) {
            byte[] bytes = Files.readAllBytes(file);
            int length = bytes.length - CRC_BYTES;
            if (length < 0 || intAt(bytes, length) != DurableFiles.crc(bytes, 0, length)) {
                throw new CorruptLogException("wrong checksum in " + file);
            }
            registry.put(decode(Arrays.copyOf(bytes, length)));
        }
        registry.put(List.of(new Known(plain(self), Standing.KNOWN)));
        return registry;
    }

    static boolean isEntry(byte[] data) {
        return data.length >= ENTRY_MAGIC.length
                && Arrays.equals(data, 0, ENTRY_MAGIC.length, ENTRY_MAGIC, 0, ENTRY_MAGIC.length);
    }

    /** An entry that spreads all members known here and a newcomer, who learns the others from it. */
    synchronized byte[] entryWith(Member newcomer) {
        TreeMap<Long, Known> all = new TreeMap<>(known);
        all.put(newcomer.id(), new Known(plain(newcomer), standing(newcomer.id())));
        return entry(all.values());
    }

    /** An entry that spreads what {@code member} says of itself, and nothing of others, who may know better by now. */
    static byte[] entryOf(Member member) {
        return entry(List.of(new Known(plain(member), Standing.KNOWN)));
    }

    /** An entry that spreads what has become of a member, and not where it is: it may have said something newer itself. */
    synchronized byte[] entryOf(long id, Standing standing) {
        Member found = member(id, false);
        return entry(List.of(new Known(new Member(id, found.name(), NOWHERE, false), standing)));
    }

    /** An entry that removes everybody but {@code self}, as it must stand in the log of a group made of one survivor. */
    synchronized byte[] entryOfSurvivor(Member self) {
        List<Known> all = new ArrayList<>();
        all.add(new Known(plain(self), Standing.KNOWN));
        for (Known each : known.values()) {
            if (each.member().id() != self.id()) {
                all.add(new Known(each.member(), Standing.REMOVED));
            }
        }
        return entry(all);
    }

    /** What {@code member} says of itself on a connection. */
    static byte[] introduction(Member member) {
        return encode(List.of(new Known(plain(member), Standing.KNOWN)));
    }

    /**
     * A member says where it is reached, on a connection of its own: one that moved cannot tell a leader in another way, who does
     * not reach it. For connections only, until the log says it to all.
     */
    synchronized void introduced(long id, byte[] introduction) throws IOException {
        for (Known each : decode(introduction)) {
            if (each.member().id() == id && known.containsKey(id) && !removed(id)) {
                book.put(id, each.member().peerAddress());
            }
        }
    }

    /** Where one is reached that is not spoken of yet. */
    void expected(Member newcomer) {
        book.put(newcomer.id(), newcomer.peerAddress());
    }

    /** Whether everybody has been told of {@code member} as it is now. */
    synchronized boolean hasSpread(Member member) {
        return plain(member).equals(spread.get(member.id()));
    }

    private static byte[] entry(Collection<Known> members) {
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
        List<Known> learnt = decode(list);
        for (Known each : learnt) {
            if (!each.member().peerAddress().equals(NOWHERE)) {
                spread.put(each.member().id(), each.member());
            }
        }
        if (put(learnt)) {
            save();
        }
    }

    private void save() throws IOException {
        byte[] all = encode(known.values());
        byte[] bytes = Arrays.copyOf(all, all.length + CRC_BYTES);
        int crc = DurableFiles.crc(all, 0, all.length);
        for (int i = 0; i < CRC_BYTES; i++) {
            bytes[all.length + i] = (byte) (crc >>> (8 * (CRC_BYTES - 1 - i)));
        }
        DurableFiles.replace(file, bytes);
    }

    synchronized byte[] encoded() {
        return encode(known.values());
    }

    /** The member with this id, with or without a vote; one never heard of has its id for a name. */
    synchronized Member member(long id, boolean learner) {
        Member found = find(id);
        return found == null
                ? new Member(id, Long.toHexString(id), NOWHERE, learner)
                : new Member(id, found.name(), found.peerAddress(), learner, found.clientUrls());
    }

    synchronized @Nullable Member find(long id) {
        Known found = known.get(id);
        return found == null ? null : found.member();
    }

    /** What has become of an id; KNOWN also for one never heard of, about which there is nothing else to say. */
    synchronized Standing standing(long id) {
        Known found = known.get(id);
        return found == null ? Standing.KNOWN : found.standing();
    }

    boolean removed(long id) {
        return standing(id) == Standing.REMOVED;
    }

    /** The ids with this standing. */
    synchronized List<Long> with(Standing standing) {
        return known.values().stream()
                .filter(each -> each.standing() == standing)
                .map(each -> each.member().id())
                .toList();
    }

    private synchronized boolean put(Collection<Known> learnt) {
        boolean changed = false;
        for (Known each : learnt) {
            long id = each.member().id();
            Known before = known.get(id);
            Known now = before == null ? each : merged(before, each);
            changed |= !now.equals(before);
            known.put(id, now);
            if (now.standing() == Standing.REMOVED) {
                book.remove(id);
            } else if (!now.member().peerAddress().equals(NOWHERE)) {
                book.put(id, now.member().peerAddress());
            }
        }
        return changed;
    }

    private static Known merged(Known before, Known learnt) {
        Member now = learnt.member().peerAddress().equals(NOWHERE) ? before.member() : learnt.member();
        if (now.clientUrls().isEmpty()) { // whoever says nothing of them takes nothing back
            now = new Member(
                    now.id(),
                    now.name(),
                    now.peerAddress(),
                    false,
                    before.member().clientUrls());
        }
        return new Known(now, before.standing().max(learnt.standing()));
    }

    private static Member plain(Member member) {
        return new Member(member.id(), member.name(), member.peerAddress(), false, member.clientUrls());
    }

    private static byte[] encode(Collection<Known> members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(VERSION);
            out.writeInt(members.size());
            for (Known each : members) {
                Member member = each.member();
                out.writeLong(member.id());
                out.writeUTF(member.name());
                out.writeUTF(member.peerAddress().host());
                out.writeInt(member.peerAddress().port());
                out.writeInt(member.clientUrls().size());
                for (String url : member.clientUrls()) {
                    out.writeUTF(url);
                }
                out.writeByte(each.standing().ordinal());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static List<Known> decode(byte[] list) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(list))) {
            int version = in.readInt();
            if (version != VERSION && version != VERSION_WITHOUT_STANDING) {
                throw new CorruptLogException("not a list of members of version " + VERSION);
            }
            int count = count(in);
            List<Known> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Member member = new Member(
                        in.readLong(), in.readUTF(), new PeerAddress(in.readUTF(), in.readInt()), false, readUrls(in));
                members.add(new Known(member, version == VERSION ? Standing.of(in.readByte()) : Standing.KNOWN));
            }
            return members;
        } catch (IllegalArgumentException e) {
            throw new CorruptLogException("not a list of members: " + e.getMessage());
        }
    }

    private static List<String> readUrls(DataInputStream in) throws IOException {
        int count = count(in);
        List<String> urls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            urls.add(in.readUTF());
        }
        return urls;
    }

    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > LIST_MAX) {
            throw new CorruptLogException("a list of " + count + " members or addresses");
        }
        return count;
    }

    private static int intAt(byte[] bytes, int offset) {
        int value = 0;
        for (int i = 0; i < CRC_BYTES; i++) {
            value = value << 8 | bytes[offset + i] & 0xFF;
        }
        return value;
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Who a data directory belongs to: decided at the first start, stored, never recomputed. The file is text, closed by a
 * CRC-32C over all that precedes it:
 *
 * <pre>
 * cluster-id 8f1c…        16 hexadecimal digits
 * cluster-token quorlite-cluster
 * member-id 03d2…
 * name n1
 * member 03d2… n1 10.0.0.1:2380 voter      one line for each initial member
 * address 10.0.0.1:2380                    where the others reach this one, if it was told after or without the lines above
 * survivor pending                         while log and database are still to be made those of the only member left
 * crc32c 5a0b11fe
 * </pre>
 *
 * @param initialMembers what the group was formed of, by name; later changes are the log's affair. None for a newcomer, which
 *     was invited to a group that ran already
 * @param address what goes before its address among the initial members; null where that holds
 * @param survivorPending see {@link QuorumLoss}
 */
record MemberIdentity(
        long clusterId,
        String clusterToken,
        long memberId,
        String name,
        List<Member> initialMembers,
        @Nullable PeerAddress address,
        boolean survivorPending) {
    private static final String CHECKSUM = "crc32c ";
    private static final String SURVIVOR_PENDING = "survivor pending";
    private static final String ADDRESS = "address ";

    MemberIdentity {
        initialMembers = List.copyOf(initialMembers);
    }

    /** What {@code config} says of this member, as if for a first start. */
    static MemberIdentity of(DatastoreConfig config) {
        requireWord("name", config.name());
        requireWord("cluster token", config.clusterToken());
        if (config.peers().isEmpty()) {
            DatastoreConfig.Invitation invitation = config.invitation();
            return invitation == null ? ofItsOwn(config) : invited(config, invitation);
        }
        List<Member> configured = config.peers();
        configured.forEach(member -> requireWord("name", member.name()));
        List<Member> members = StaticCluster.identify(config.clusterToken(), configured);
        Member self = members.stream()
                .filter(member -> member.name().equals(config.name()))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("the name '" + config.name() + "' is not among the members "
                                + members.stream().map(Member::name).toList()));
        long clusterId = StaticCluster.clusterId(config.clusterToken(), members);
        return new MemberIdentity(
                clusterId, config.clusterToken(), self.id(), self.name(), members, config.peerAdvertise(), false);
    }

    /** A node of its own has nobody to agree with on ids, and must not be taken for another such node: they are drawn. */
    private static MemberIdentity ofItsOwn(DatastoreConfig config) {
        SecureRandom random = new SecureRandom();
        Member self = new Member(drawn(random), config.name(), config.peerListen(), false);
        return new MemberIdentity(
                drawn(random),
                config.clusterToken(),
                self.id(),
                self.name(),
                List.of(self),
                config.peerAdvertise(),
                false);
    }

    private static MemberIdentity invited(DatastoreConfig config, DatastoreConfig.Invitation invitation) {
        return new MemberIdentity(
                invitation.clusterId(),
                config.clusterToken(),
                invitation.memberId(),
                config.name(),
                List.of(),
                config.peerAdvertise(),
                false);
    }

    private static long drawn(SecureRandom random) {
        return Math.max(1, random.nextLong() >>> 1); // positive, as some clients keep ids in signed numbers
    }

    private static void requireWord(String what, String value) {
        if (value.isEmpty() || value.chars().anyMatch(c -> c <= ' ')) {
            throw new IllegalArgumentException(
                    "a " + what + " must not be empty or have blanks in it: '" + value + "'");
        }
    }

    /** This member, at the address it was told last. */
    Member self() {
        PeerAddress told = address;
        if (told == null) {
            told = initialMembers.stream()
                    .filter(member -> member.id() == memberId)
                    .map(Member::peerAddress)
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("a newcomer needs an address at which the others reach it"));
        }
        return new Member(memberId, name, told, false);
    }

    /** Whether this member has a network: it was formed with others, invited by them, or told where they reach it. */
    boolean networked() {
        return address != null || initialMembers.size() != 1;
    }

    MemberIdentity withAddress(PeerAddress told) {
        return new MemberIdentity(clusterId, clusterToken, memberId, name, initialMembers, told, survivorPending);
    }

    /** The same member as the only one of another cluster, in a directory whose log and database do not know yet. */
    MemberIdentity ofSurvivor(long newClusterId) {
        Member self = self();
        return new MemberIdentity(
                newClusterId,
                clusterToken,
                memberId,
                name,
                List.of(self),
                networked() ? self.peerAddress() : null,
                true);
    }

    /** Log and database know now. */
    MemberIdentity survivorDone() {
        return new MemberIdentity(clusterId, clusterToken, memberId, name, initialMembers, address, false);
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder();
        text.append("cluster-id ").append(hex(clusterId)).append('\n');
        text.append("cluster-token ").append(clusterToken).append('\n');
        text.append("member-id ").append(hex(memberId)).append('\n');
        text.append("name ").append(name).append('\n');
        for (Member member : initialMembers) {
            text.append("member ").append(hex(member.id())).append(' ').append(member.name());
            text.append(' ').append(member.peerAddress());
            text.append(member.learner() ? " learner\n" : " voter\n");
        }
        if (address != null) {
            text.append(ADDRESS).append(address).append('\n');
        }
        if (survivorPending) {
            text.append(SURVIVOR_PENDING).append('\n');
        }
        String checksum = checksum(text.toString());
        text.append(CHECKSUM).append(checksum).append('\n');
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IOException if {@code file} is not what {@link #encode} wrote */
    static MemberIdentity decode(byte[] file) throws IOException {
        String text = new String(file, StandardCharsets.UTF_8);
        int end = text.lastIndexOf(CHECKSUM);
        if (end < 0 || !text.substring(end).equals(CHECKSUM + checksum(text.substring(0, end)) + "\n")) {
            throw new IOException("the identity file is damaged: its checksum does not match");
        }
        return parse(text.substring(0, end).lines().toList());
    }

    private static MemberIdentity parse(List<String> lines) throws IOException {
        try {
            List<Member> members = new ArrayList<>();
            PeerAddress address = null;
            boolean survivorPending = false;
            for (String line : lines.subList(4, lines.size())) {
                if (line.startsWith(ADDRESS)) {
                    address = PeerAddress.parse(field(line, ADDRESS));
                } else if (line.equals(SURVIVOR_PENDING)) {
                    survivorPending = true;
                } else {
                    members.add(member(line.split(" ", -1)));
                }
            }
            return new MemberIdentity(
                    id(field(lines.get(0), "cluster-id ")),
                    field(lines.get(1), "cluster-token "),
                    id(field(lines.get(2), "member-id ")),
                    field(lines.get(3), "name "),
                    members,
                    address,
                    survivorPending);
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException("the identity file has a form that this version does not know", e);
        }
    }

    private static Member member(String[] words) {
        if (words.length != 5 || !words[0].equals("member")) {
            throw new IllegalArgumentException("not a member line");
        }
        return new Member(id(words[1]), words[2], PeerAddress.parse(words[3]), words[4].equals("learner"));
    }

    private static String field(String line, String label) {
        if (!line.startsWith(label)) {
            throw new IllegalArgumentException("expected " + label);
        }
        return line.substring(label.length());
    }

    static String hex(long id) {
        return String.format("%016x", id);
    }

    private static long id(String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.Member;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gives the members of a statically configured cluster their ids. Every member derives the same ones from the same
 * configuration, as in etcd: from the cluster token, names and peer addresses. Pure.
 */
final class StaticCluster {
    private StaticCluster() {}

    /** {@code members} by name, each with an id: its own where it has one, else a derived one. */
    static List<Member> identify(String token, List<Member> members) {
        List<Member> identified = new ArrayList<>();
        for (Member member : members) {
            identified.add(member.id() != 0 ? member : withId(token, member));
        }
        identified.sort(Comparator.comparing(Member::name));
        requireDistinct(identified);
        return List.copyOf(identified);
    }

    /** The cluster's id, never 0. */
    static long clusterId(String token, List<Member> members) {
        StringBuilder text = new StringBuilder("cluster\n").append(token);
        members.stream()
                .sorted(Comparator.comparing(Member::name))
                .forEach(m -> text.append('\n').append(m.name()).append('=').append(m.peerAddress()));
        return hash(text.toString());
    }

    private static Member withId(String token, Member member) {
        long id = hash("member\n" + token + '\n' + member.name() + '=' + member.peerAddress());
        return new Member(id, member.name(), member.peerAddress(), member.learner());
    }

    private static void requireDistinct(List<Member> members) {
        requireDistinct("name", members.stream().map(Member::name).toList());
        requireDistinct("id", members.stream().map(Member::id).toList());
        requireDistinct(
                "peer address", members.stream().map(Member::peerAddress).toList());
    }

    private static void requireDistinct(String what, List<?> values) {
        if (values.stream().distinct().count() != values.size()) {
            throw new IllegalArgumentException("two members have the same " + what + ": " + values);
        }
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            long id = ByteBuffer.wrap(digest).getLong();
            return id == 0 ? 1 : id;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

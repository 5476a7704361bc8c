package io.quorlite.roles;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Members in few words: {@code "1 voter leader", "2 spare offline zone=b weight=3 wish=voter"}. */
final class RoleMembers {
    private RoleMembers() {}

    static List<RoleMember> of(String... texts) {
        List<RoleMember> members = new ArrayList<>();
        for (String text : texts) {
            members.add(member(text));
        }
        return members;
    }

    private static RoleMember member(String text) {
        List<String> words = List.of(text.split(" "));
        return new RoleMember(
                Long.parseLong(words.get(0)),
                role(words.get(1)),
                wish(words),
                words.contains("leader"),
                !words.contains("offline"),
                !words.contains("lagging"),
                words.contains("joining"),
                words.contains("draining"),
                value(words, "zone", ""),
                Integer.parseInt(value(words, "weight", "0")));
    }

    private static @Nullable Role wish(List<String> words) {
        String wish = value(words, "wish", "");
        return wish.isEmpty() ? null : role(wish);
    }

    private static Role role(String word) {
        return Role.valueOf(word.toUpperCase(java.util.Locale.ROOT));
    }

    private static String value(List<String> words, String name, String otherwise) {
        return words.stream()
                .filter(word -> word.startsWith(name + "="))
                .map(word -> word.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }

    /** The members after a change, of which one that joins has arrived. */
    static List<RoleMember> after(List<RoleMember> members, RoleChange change) {
        return members.stream()
                .map(m -> m.id() == change.memberId() ? with(m, change.role(), m.leader()) : m)
                .toList();
    }

    static List<RoleMember> ledBy(List<RoleMember> members, long leader) {
        return members.stream()
                .map(m -> new RoleMember(
                        m.id(),
                        m.role(),
                        m.wish(),
                        m.id() == leader,
                        m.online(),
                        m.caughtUp(),
                        m.joining(),
                        m.draining(),
                        m.failureDomain(),
                        m.weight()))
                .toList();
    }

    private static RoleMember with(RoleMember m, Role role, boolean leader) {
        return new RoleMember(
                m.id(),
                role,
                m.wish(),
                leader,
                m.online(),
                m.caughtUp(),
                false,
                m.draining(),
                m.failureDomain(),
                m.weight());
    }
}

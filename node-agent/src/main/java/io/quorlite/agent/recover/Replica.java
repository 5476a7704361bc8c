package io.quorlite.agent.recover;

import io.quorlite.datastore.LogPosition;
import java.util.List;

/**
 * How far a stopped member's log reaches; as {@code recover inspect} writes it, so that it can be carried to another host.
 *
 * @param clusterId sixteen hexadecimal digits, as is {@code memberId}
 * @param members the names of the members that it knows
 */
public record Replica(
        String clusterId,
        String memberId,
        String name,
        long lastTerm,
        long lastIndex,
        long committedIndex,
        List<String> members) {
    public static Replica of(LogPosition position) {
        return new Replica(
                hex(position.clusterId()),
                hex(position.memberId()),
                position.name(),
                position.lastTerm(),
                position.lastIndex(),
                position.committedIndex(),
                position.members().stream().map(member -> member.name()).toList());
    }

    /** The order by which Raft votes: everything acknowledged that is in the other log is in this one. */
    public boolean reachesAsFarAs(Replica other) {
        return lastTerm > other.lastTerm || lastTerm == other.lastTerm && lastIndex >= other.lastIndex;
    }

    private static String hex(long id) {
        return String.format(java.util.Locale.ROOT, "%016x", id);
    }
}

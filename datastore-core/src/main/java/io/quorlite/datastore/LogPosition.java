package io.quorlite.datastore;

import io.quorlite.replication.Member;
import java.util.List;

/**
 * How far the log of a stopped member reaches, and whom it knows.
 *
 * @param lastTerm the term of its last entry
 * @param committedIndex the last index that was certainly committed; more may have been
 * @param members the newest configuration in its log
 */
public record LogPosition(
        long clusterId,
        long memberId,
        String name,
        long lastTerm,
        long lastIndex,
        long committedIndex,
        List<Member> members) {
    public LogPosition {
        members = List.copyOf(members);
    }

    /** Whether everything acknowledged that is in the other log is in this one: the order by which Raft votes. */
    public boolean reachesAsFarAs(LogPosition other) {
        return lastTerm > other.lastTerm || lastTerm == other.lastTerm && lastIndex >= other.lastIndex;
    }
}

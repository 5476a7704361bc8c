package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Changes the group by one member at a time. All changes are the leader's to make: elsewhere they fail as not led. Each
 * completes when it is committed. One that must not be made as things stand, for it would leave too few voters that answer,
 * say, fails as {@link DatastoreException.Kind#MEMBERSHIP} and changed nothing; after any other failure look again. Thread-safe;
 * nothing blocks.
 */
public interface ClusterMembers {
    /** The committed members as known here. */
    List<Member> all();

    /** How far each has come; empty where this member does not lead. */
    List<MemberProgress> progress();

    /**
     * Adds a newcomer, whose id, name and address nobody has, without a vote. It must be running: one that the leader cannot reach
     * within seconds is refused, and nothing has changed then. Completes when it has answered as a member, too.
     */
    CompletableFuture<Void> addLearner(Member member);

    /** Gives a learner a vote. One that does not catch up within seconds is refused. */
    CompletableFuture<Void> promote(long memberId);

    /** Takes a voter's vote, who stays as a learner. */
    CompletableFuture<Void> demote(long memberId);

    /**
     * Removes a member for good: an id never comes back. Again for one that is removed already, it completes. The leader is not
     * removed: leadership goes to another first.
     */
    CompletableFuture<Void> remove(long memberId);
}

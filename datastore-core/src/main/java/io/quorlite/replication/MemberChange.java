package io.quorlite.replication;

/** A change of the group by one member. */
public sealed interface MemberChange {
    /** Adds a newcomer that replicates without a vote. */
    record AddLearner(Member member) implements MemberChange {}

    /** Gives a caught-up learner its vote. */
    record Promote(long memberId) implements MemberChange {}

    /** Takes a voter's vote; it goes on as a learner. */
    record Demote(long memberId) implements MemberChange {}

    /** Removes a member. */
    record Remove(long memberId) implements MemberChange {}
}

package io.quorlite.replication;

/**
 * What a member knows of the group.
 *
 * @param leaderId the leader, 0 for none
 * @param commitIndex the last index known as committed
 * @param lastIndex the last index of this member's log
 */
public record ReplicationStatus(long memberId, Role role, long term, long leaderId, long commitIndex, long lastIndex) {
    /** A member's part at the moment. */
    public enum Role {
        LEADER,
        FOLLOWER,
        CANDIDATE,
        LEARNER,
        STOPPED
    }

    public boolean isLeader() {
        return role == Role.LEADER;
    }
}

package io.quorlite.replication;

/**
 * How far a member has come, as the leader sees it.
 *
 * @param matchIndex the last index known to be in its log; 0 where nothing is known
 * @param silentMillis since when nothing was heard of it; 0 for the leader itself, Long.MAX_VALUE for never in this term
 * @param copying whether it is being sent the database
 */
public record MemberProgress(long memberId, long matchIndex, long silentMillis, boolean copying) {}

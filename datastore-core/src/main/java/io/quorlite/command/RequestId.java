package io.quorlite.command;

/**
 * Names a proposal so that the member that made it finds it again in the committed stream.
 *
 * @param origin drawn at random at each start of a member, so that a restarted one does not take its earlier life's for its own
 * @param sequence counts the proposals of that origin
 */
public record RequestId(long origin, long sequence) {}

package io.quorlite.raft.transport;

/** A call that waits for its answer. */
record PendingCall(long requestId, int kind, long deadlineNanos, ReplyListener listener) {}

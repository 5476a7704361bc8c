package io.quorlite.faults.history;

import org.jspecify.annotations.Nullable;

/**
 * One call from beginning to end. Immutable.
 *
 * <p>Which of two calls came first is told by the indexes, which count the history's lines: the recorder writes the line of
 * a call before it is sent and the line of its end after it has come back, so {@code a.returnIndex < b.callIndex} means
 * that a was over before b began. Of a call that did not return the end is {@link #NEVER}.
 *
 * @param response what was answered, where the outcome is ok
 * @param failure why there is no answer, where it is not; null too for a call that the run's end cut off
 */
public record Operation(
        int process,
        String node,
        Request request,
        int callIndex,
        long callNanos,
        int returnIndex,
        long returnNanos,
        Outcome outcome,
        @Nullable Response response,
        @Nullable Failure failure) {
    /** The end of a call whose outcome is unknown: it may take effect at any time after it was made. */
    public static final int NEVER = Integer.MAX_VALUE;

    public boolean isOk() {
        return outcome == Outcome.OK;
    }

    public boolean isInfo() {
        return outcome == Outcome.INFO;
    }

    public boolean isFail() {
        return outcome == Outcome.FAIL;
    }

    /** The answer of a call that is ok. */
    public Response answer() {
        if (response == null) {
            throw new IllegalStateException("no answer: " + this);
        }
        return response;
    }

    /** Whether the call failed, and for this reason. */
    public boolean failedWith(Failure.Kind kind) {
        return isFail() && failure != null && failure.kind() == kind;
    }

    @Override
    public String toString() {
        String end = response != null ? response.toString() : failure == null ? "never returned" : failure.toString();
        return "process " + process + " at " + node + " line " + (callIndex + 1) + ": " + request + " -> " + outcome
                + " " + end;
    }
}

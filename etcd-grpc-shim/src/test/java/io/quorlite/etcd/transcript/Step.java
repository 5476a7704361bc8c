package io.quorlite.etcd.transcript;

import com.google.protobuf.Message;
import java.util.Comparator;

/**
 * Something to do in a replay, at the revision at which it happened in the recording.
 *
 * @param revision the store's, after the step
 * @param makesRevision whether the step itself made that revision, so that all others of the same revision follow it
 * @param micros when it was answered, which orders the others
 */
record Step(long revision, boolean makesRevision, long micros, Action action) {
    static final Comparator<Step> ORDER = Comparator.comparingLong(Step::revision)
            .thenComparing(step -> !step.makesRevision())
            .thenComparingLong(Step::micros);

    /** What to do. */
    sealed interface Action {}

    /** A call with one request and one response. */
    record Unary(Transcript.Call call, UnaryMethod method, Message request, Message response) implements Action {}

    /** A stream of watches opens. */
    record OpenWatch(RecordedWatch watch) implements Action {}

    /** A lease ran out; {@code recordedLease} is its id in the recording. */
    record Expire(long recordedLease) implements Action {}
}

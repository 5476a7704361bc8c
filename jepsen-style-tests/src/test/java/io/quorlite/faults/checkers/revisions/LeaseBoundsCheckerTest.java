package io.quorlite.faults.checkers.revisions;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.WatchHeard;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WatchSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A lease of 2 s with one key; the bound is 1 s; times in ms. */
class LeaseBoundsCheckerTest {
    private static final KeyValue KV = new KeyValue("k", "v", 2, 2, 1, 7);

    private final List<HistoryLine> lines = new ArrayList<>();
    private int processes;

    @Test
    void acceptsAnEndBetweenTtlAndBound() {
        grantAndPut(0);
        deleted(2_500);
        end(10_000);

        assertThat(verdict()).isEqualTo(Verdict.Kind.VALID);
    }

    @Test
    void findsAnEarlyEnd() {
        grantAndPut(0);
        deleted(1_900);

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void findsAnEndEarlyAfterARenewal() {
        grantAndPut(0);
        keepAlive(1_500, true, 2);
        deleted(3_000);

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void aRenewalOfUnknownOutcomeAllowsBoth() {
        grantAndPut(0);
        keepAlive(1_500, false, 2);
        deleted(2_100);
        assertThat(verdict()).isEqualTo(Verdict.Kind.VALID);

        lines.remove(lines.size() - 1);
        deleted(4_000);
        end(10_000);
        assertThat(verdict()).isEqualTo(Verdict.Kind.VALID);
    }

    @Test
    void aRevokedLeaseMayEndAtOnce() {
        grantAndPut(0);
        call(100, new StoreRequest.LeaseRevoke(7), null);
        deleted(200);

        assertThat(verdict()).isEqualTo(Verdict.Kind.VALID);
    }

    @Test
    void findsALeaseThatOutlivesItsBound() {
        grantAndPut(0);
        end(3_500);

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void findsALateEnd() {
        grantAndPut(0);
        deleted(3_500);
        end(4_000);

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void aFaultBeginsTheWaitAnew() {
        grantAndPut(0);
        lines.add(new HistoryLine.Fault(nanos(1_000), "kill", "n1", true));
        lines.add(new HistoryLine.Fault(nanos(2_500), "kill", "n1", false));
        deleted(5_000);
        end(10_000);

        assertThat(verdict()).isEqualTo(Verdict.Kind.VALID);
    }

    @Test
    void findsALeaseSeenAliveAfterItWasDue() {
        grantAndPut(0);
        deleted(2_500);
        call(4_000, new StoreRequest.LeaseTimeToLive(7), new Response.LeaseResult(3, 7, 1));

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void findsALeaseGoneBeforeItsTime() {
        grantAndPut(0);
        keepAlive(1_000, true, 0);

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void findsARenewalAfterTheEnd() {
        grantAndPut(0);
        deleted(2_100);
        keepAlive(2_200, true, 2);

        assertThat(verdict()).isEqualTo(Verdict.Kind.INVALID);
    }

    @Test
    void cannotDecideWhereNoLeaseEnded() {
        grantAndPut(0);

        assertThat(verdict()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    private Verdict.Kind verdict() {
        return new LeaseBoundsChecker(nanos(1_000), true)
                .check(History.of(lines))
                .kind();
    }

    private void grantAndPut(long millis) {
        lines.add(new HistoryLine.WatchOpened(nanos(millis), 0, "n1", WatchSpec.EVERYTHING));
        lines.add(new WatchHeard(nanos(millis), 0, WatchHeard.Kind.CREATED, 1, 0, false, List.of()));
        call(millis, new StoreRequest.LeaseGrant(7, 2), new Response.LeaseResult(1, 7, 2));
        call(millis, new StoreRequest.Put("k", "v", 7, false), new Response.PutResult(2, null));
        lines.add(heard(millis, KeyEvent.put(KV, null)));
    }

    private void keepAlive(long millis, boolean known, long ttlSeconds) {
        call(millis, new StoreRequest.LeaseKeepAlive(7), known ? new Response.LeaseResult(2, 7, ttlSeconds) : null);
    }

    private void deleted(long millis) {
        lines.add(heard(millis, KeyEvent.delete("k", 3, KV)));
    }

    private void end(long millis) {
        lines.add(new HistoryLine.Phase(nanos(millis), "end"));
    }

    private void call(long millis, StoreRequest request, @Nullable Response response) {
        int process = processes++;
        lines.add(new HistoryLine.Invoked(nanos(millis), process, "n1", request));
        lines.add(new HistoryLine.Completed(
                nanos(millis),
                process,
                response == null ? Outcome.INFO : Outcome.OK,
                response,
                response == null ? new Failure(Failure.Kind.NO_ANSWER, "") : null));
    }

    private static WatchHeard heard(long millis, KeyEvent event) {
        return new WatchHeard(nanos(millis), 0, WatchHeard.Kind.EVENTS, event.revision(), 0, false, List.of(event));
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }
}

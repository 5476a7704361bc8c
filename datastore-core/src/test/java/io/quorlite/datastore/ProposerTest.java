package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.command.Command;
import io.quorlite.command.Proposal;
import io.quorlite.command.RequestId;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.replication.ReplicationException;
import io.quorlite.statemachine.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ProposerTest {
    private static final long ORIGIN = 77;

    private final ScriptedReplication replication = new ScriptedReplication();
    private long now;
    private final Proposer proposer = new Proposer(replication, ORIGIN, 1_000, () -> now);

    @Test
    void anIdleProposerSendsAtOnceAndABusyOneGathers() {
        for (int i = 0; i < Proposer.IN_FLIGHT_MAX + 10; i++) {
            propose(i);
        }
        assertThat(replication.sent).hasSize(Proposer.IN_FLIGHT_MAX);

        apply(replication.take(), 1);

        assertThat(replication.sent).hasSize(Proposer.IN_FLIGHT_MAX);
        assertThat(replication.sent.get(Proposer.IN_FLIGHT_MAX - 1).proposals()).hasSize(10);
    }

    @Test
    void anEntryHasNoMoreOperationsThanItsLimit() {
        for (int i = 0; i < Proposer.IN_FLIGHT_MAX + 600; i++) {
            propose(i);
        }
        for (int i = 0; i < Proposer.IN_FLIGHT_MAX; i++) {
            apply(replication.take(), 1);
        }

        assertThat(replication.take().proposals()).hasSize(Proposer.ENTRY_OPERATIONS_MAX);
        assertThat(replication.take().proposals()).hasSize(600 - Proposer.ENTRY_OPERATIONS_MAX);
        assertThat(replication.sent).isEmpty();
    }

    @Test
    void completesWithWhatApplyingGave() {
        CompletableFuture<Outcome> first = propose(1);
        CompletableFuture<Outcome> second = propose(2);
        ScriptedReplication.Sent sent = replication.take();

        Outcome result = apply(sent, 1);

        assertThat(first).isCompletedWithValue(result);
        assertThat(second).isNotDone();
    }

    @Test
    void takesNoOtherOriginsCommandForItsOwn() {
        CompletableFuture<Outcome> mine = propose(1);
        Proposal other = new Proposal(new RequestId(ORIGIN + 1, 1), put(1));

        proposer.applied(1, List.of(other), List.of(result(1)));

        assertThat(mine).isNotDone();
    }

    @Test
    void anEntryOfALaterTermProvesThatAnEarlierOneIsLost() {
        CompletableFuture<Outcome> lost = propose(1);
        replication.take().listener().sent(3);
        CompletableFuture<Outcome> alive = propose(2);
        replication.take().listener().sent(4);

        proposer.applied(4, List.of(), List.of());

        assertThat(Failures.kindOf(lost)).isEqualTo(Kind.LEADER_CHANGED);
        assertThat(alive).isNotDone();
    }

    @Test
    void newsOfATermThatIsAlreadyOverProvesItToo() {
        CompletableFuture<Outcome> lost = propose(1);
        proposer.applied(4, List.of(), List.of());

        replication.take().listener().sent(3);

        assertThat(Failures.kindOf(lost)).isEqualTo(Kind.LEADER_CHANGED);
    }

    @Test
    void anUnknownOutcomeIsReportedAsSuchAtTheDeadlineOnly() {
        CompletableFuture<Outcome> result = propose(1);
        replication.take().listener().unknown(reason(ReplicationException.Kind.LEADER_CHANGED));
        assertThat(result).isNotDone();

        now = 1_000;
        proposer.expire();

        assertThat(Failures.kindOf(result)).isEqualTo(Kind.OUTCOME_UNKNOWN);
    }

    @Test
    void anUnknownOutcomeThatIsSeenAppliedIsASuccess() {
        CompletableFuture<Outcome> result = propose(1);
        ScriptedReplication.Sent sent = replication.take();
        sent.listener().unknown(reason(ReplicationException.Kind.LEADER_CHANGED));

        Outcome applied = apply(sent, 1);

        assertThat(result).isCompletedWithValue(applied);
    }

    @Test
    void whatNeverEnteredALogIsSentAgainOnceALeaderIsKnown() {
        CompletableFuture<Outcome> first = propose(1);
        replication.take().listener().refused(reason(ReplicationException.Kind.NO_LEADER));
        propose(2);
        assertThat(replication.sent).isEmpty();

        proposer.leaderKnown();

        List<Proposal> again = replication.sent.get(0).proposals();
        assertThat(again).extracting(proposal -> proposal.id().sequence()).containsExactly(1L, 2L);
        apply(replication.take(), 1);
        assertThat(first).isCompleted();
    }

    @Test
    void withoutALeaderItIsRefusedAtTheDeadlineAndNeverSent() {
        CompletableFuture<Outcome> result = propose(1);
        replication.take().listener().refused(reason(ReplicationException.Kind.NOT_LEADER));

        now = 1_000;
        proposer.expire();
        proposer.leaderKnown();

        assertThat(Failures.kindOf(result)).isEqualTo(Kind.NO_LEADER);
        assertThat(replication.sent).isEmpty();
    }

    @Test
    void whatIsBoundToATermIsNotSentAgain() {
        CompletableFuture<Outcome> result = proposer.proposeInTerm(new Command.LeaseRevoke(9), 3);

        replication.take().listener().refused(reason(ReplicationException.Kind.NOT_LEADER));
        proposer.leaderKnown();

        assertThat(Failures.kindOf(result)).isEqualTo(Kind.NO_LEADER);
        assertThat(replication.sent).isEmpty();
    }

    @Test
    void commandsBeyondTheBoundsAreRefused() {
        for (int i = 0; i < Proposer.PENDING_MAX; i++) {
            propose(i);
        }

        assertThat(Failures.kindOf(propose(0))).isEqualTo(Kind.OVERLOADED);

        Op.Put huge = Op.Put.of(Bytes.utf8("key"), Bytes.wrap(new byte[replication.entryBytesMax()]));
        assertThat(Failures.kindOf(
                        new Proposer(replication, ORIGIN, 1_000, () -> now).propose(new Command.Write(Txn.of(huge)))))
                .isEqualTo(Kind.REQUEST_TOO_LARGE);
    }

    @Test
    void stoppingTellsWhatWasSentFromWhatWasNot() {
        List<CompletableFuture<Outcome>> sent = new ArrayList<>();
        for (int i = 0; i < Proposer.IN_FLIGHT_MAX; i++) {
            sent.add(propose(i));
        }
        CompletableFuture<Outcome> waiting = propose(99);

        proposer.stop(Refusals.stopped());

        assertThat(sent)
                .allSatisfy(result -> assertThat(Failures.kindOf(result)).isEqualTo(Kind.OUTCOME_UNKNOWN));
        assertThat(Failures.kindOf(waiting)).isEqualTo(Kind.STOPPED);
        assertThat(Failures.kindOf(propose(100))).isEqualTo(Kind.STOPPED);
    }

    private CompletableFuture<Outcome> propose(int number) {
        return proposer.propose(put(number));
    }

    /** Applies what was sent; returns the result given to its first command. */
    private Outcome apply(ScriptedReplication.Sent sent, long term) {
        List<Proposal> proposals = sent.proposals();
        List<Outcome> results = new ArrayList<>();
        proposals.forEach(proposal -> results.add(result(proposal.id().sequence())));
        proposer.applied(term, proposals, results);
        return results.get(0);
    }

    private static Outcome result(long revision) {
        return new Outcome.Written(new TxnResult(revision, true, List.of()), List.of());
    }

    private static Command put(int number) {
        return new Command.Write(Txn.of(Op.Put.of(Bytes.utf8("key-" + number), Bytes.utf8("value"))));
    }

    private static ReplicationException reason(ReplicationException.Kind kind) {
        return new ReplicationException(kind, "scripted");
    }
}

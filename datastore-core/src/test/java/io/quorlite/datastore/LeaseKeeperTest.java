package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.quorlite.command.Command;
import io.quorlite.command.Proposal;
import io.quorlite.lease.Lease;
import io.quorlite.lease.LeaseTable;
import io.quorlite.mvcc.Bytes;
import io.quorlite.statemachine.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private static final long TERM = 1; // what ScriptedReplication leads in
    private static final long EXTEND_MILLIS = 500;

    private final ScriptedReplication replication = new ScriptedReplication();
    private final LeaseTable table = new LeaseTable();
    private final AppliedIndex applied = new AppliedIndex(0);
    private long nowMillis;
    private final Proposer proposer = new Proposer(replication, 77, Long.MAX_VALUE / 2, this::nowNanos);
    private final LeaseKeeper keeper = new LeaseKeeper(
            replication,
            new ReadBarriers(replication, applied, new Attempts(Long.MAX_VALUE / 2, this::nowNanos)),
            proposer,
            () -> table,
            EXTEND_MILLIS,
            this::nowNanos);

    @Test
    void anExpiredLeaseIsProposedForRevocationInTheTermThatFoundItExpired() {
        table.grant(new Lease(7, 10, 0));
        keeper.promote(TERM);
        nowMillis = 10_000 + EXTEND_MILLIS - 1;
        keeper.tick();
        assertThat(replication.sent).isEmpty();

        nowMillis++;
        keeper.tick();

        assertThat(proposed()).containsExactly(new Command.InTerm(TERM, new Command.LeaseRevoke(7)));
    }

    @Test
    void whoDoesNotLeadRevokesNothing() {
        table.grant(new Lease(7, 10, 0));
        keeper.promote(TERM);
        keeper.demote();
        nowMillis = 1_000_000;

        keeper.tick();

        assertThat(replication.sent).isEmpty();
        assertThat(renew(7)).isCompletedWithValueMatching(answer -> !LeaderQuestion.isAnswered(answer));
    }

    @Test
    void aTermThatIsNotTheLogsAnyMoreCountsForNothing() {
        table.grant(new Lease(7, 10, 0));
        keeper.promote(TERM + 1);
        nowMillis = 1_000_000;

        keeper.tick();

        assertThat(replication.sent).isEmpty();
    }

    @Test
    void aRenewalIsAnsweredOnlyOnceLeadershipIsProven() {
        table.grant(new Lease(7, 10, 0));
        keeper.promote(TERM);

        CompletableFuture<byte[]> answer = renew(7);
        assertThat(answer).isNotDone();
        replication.takeBarrier().complete(0L);

        assertThat(LeaderQuestion.decodeTtl(answer.join())).isEqualTo(10);
    }

    @Test
    void aRenewalMovesTheDeadline() {
        table.grant(new Lease(7, 10, 0));
        keeper.promote(TERM);
        nowMillis = 9_000;
        renewed(7);
        nowMillis = 18_900;
        keeper.tick();
        assertThat(replication.sent).isEmpty();

        nowMillis = 19_000;
        keeper.tick();

        assertThat(proposed()).hasSize(1);
    }

    @Test
    void anUnknownLeaseIsAnsweredWithZero() {
        keeper.promote(TERM);

        assertThat(renewed(7)).isZero();
    }

    @Test
    void anExpiredLeasesRenewalWaitsForItsRevocation() {
        table.grant(new Lease(7, 10, 0));
        keeper.promote(TERM);
        nowMillis = 20_000;
        CompletableFuture<byte[]> answer = renew(7);
        replication.takeBarrier().complete(0L);
        assertThat(answer).isNotDone();

        table.remove(7);
        keeper.revoked(7);

        assertThat(LeaderQuestion.isAnswered(answer.join())).isFalse(); // it is asked again
        assertThat(renewed(7)).isZero();
    }

    @Test
    void aRecordedRemainingTimeIsForgottenBeforeARenewal() {
        table.grant(new Lease(7, 1_000, 300));
        keeper.promote(TERM);
        CompletableFuture<byte[]> answer = renew(7);
        replication.takeBarrier().complete(0L);
        assertThat(answer).isNotDone();

        ScriptedReplication.Sent sent = replication.take();
        assertThat(sent.proposals())
                .extracting(Proposal::command)
                .containsExactly(new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(7, 0))));
        table.checkpoint(7, 0);
        proposer.applied(TERM, sent.proposals(), List.of(new Outcome.LeasesCheckpointed(List.of())));
        assertThat(answer).isNotDone();
        replication.takeBarrier().complete(0L);

        assertThat(LeaderQuestion.decodeTtl(answer.join())).isEqualTo(1_000);
        assertThat(renewed(7)).isEqualTo(1_000);
    }

    @Test
    void longLeasesAreRecordedWithTheirRemainingTime() {
        table.grant(new Lease(7, 1_000, 0));
        keeper.promote(TERM);
        nowMillis = TimeUnit.MINUTES.toMillis(5) + EXTEND_MILLIS;

        keeper.tick();

        assertThat(proposed())
                .containsExactly(new Command.InTerm(
                        TERM, new Command.LeaseCheckpoint(List.of(new Command.LeaseCheckpoint.Remaining(7, 700)))));
    }

    @Test
    void timeToLiveTellsKeysAndWhatIsLeft() {
        table.grant(new Lease(7, 10, 0));
        table.attach(7, Bytes.utf8("a"));
        keeper.promote(TERM);
        nowMillis = 3_000 + EXTEND_MILLIS;
        CompletableFuture<byte[]> answer =
                keeper.answer(new LeaderQuestion(LeaderQuestion.Kind.TIME_TO_LIVE_WITH_KEYS, 7));
        replication.takeBarrier().complete(0L);

        assertThat(LeaderQuestion.decodeStatus(7, answer.join()))
                .isEqualTo(new LeaseStatus(7, 10, 7, List.of(Bytes.utf8("a"))));
    }

    @Test
    void questionsKeepTheirForm() {
        LeaderQuestion question = new LeaderQuestion(LeaderQuestion.Kind.TIME_TO_LIVE, -5);

        assertThat(LeaderQuestion.decode(question.encode())).isEqualTo(question);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LeaderQuestion.decode(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    }

    private CompletableFuture<byte[]> renew(long leaseId) {
        return keeper.answer(new LeaderQuestion(LeaderQuestion.Kind.RENEW, leaseId));
    }

    private long renewed(long leaseId) {
        CompletableFuture<byte[]> answer = renew(leaseId);
        replication.takeBarrier().complete(0L);
        assertThat(LeaderQuestion.isAnswered(answer.join())).isTrue();
        return LeaderQuestion.decodeTtl(answer.join());
    }

    private List<Command> proposed() {
        List<Command> commands = new ArrayList<>();
        replication.sent.forEach(sent -> sent.proposals().forEach(proposal -> commands.add(proposal.command())));
        return commands;
    }

    private long nowNanos() {
        return TimeUnit.MILLISECONDS.toNanos(nowMillis);
    }
}

package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.replication.ReplicationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ReadBarriersTest {
    private final ScriptedReplication replication = new ScriptedReplication();
    private final AppliedIndex applied = new AppliedIndex(5);
    private long now;
    private final Attempts attempts = new Attempts(1_000, () -> now);
    private final ReadBarriers barriers = new ReadBarriers(replication, applied, attempts);

    @Test
    void passesOnceTheBarriersIndexIsAppliedHere() {
        CompletableFuture<Void> pass = barriers.pass();
        replication.takeBarrier().complete(7L);
        applied.advance(6);
        assertThat(pass).isNotDone();

        applied.advance(7);

        assertThat(pass).isCompleted();
    }

    @Test
    void triesAgainWhenThereIsNoLeader() {
        CompletableFuture<Void> pass = barriers.pass();
        refuse(ReplicationException.Kind.NO_LEADER);
        assertThat(replication.barriers).isEmpty();

        attempts.tick();
        replication.takeBarrier().complete(5L);

        assertThat(pass).isCompleted();
    }

    @Test
    void saysWhyWhenTheDeadlinePasses() {
        CompletableFuture<Void> leaderless = barriers.pass();
        refuse(ReplicationException.Kind.NO_LEADER);
        CompletableFuture<Void> unanswered = barriers.pass();

        now = 1_000;
        attempts.tick();

        assertThat(Failures.kindOf(leaderless)).isEqualTo(Kind.NO_LEADER);
        assertThat(Failures.kindOf(unanswered)).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void refusesAtOnceWhatTryingAgainDoesNotMend() {
        CompletableFuture<Void> pass = barriers.pass();
        refuse(ReplicationException.Kind.OVERLOADED);

        assertThat(Failures.kindOf(pass)).isEqualTo(Kind.OVERLOADED);
    }

    @Test
    void stopFailsThoseThatWaitAndThoseThatCome() {
        CompletableFuture<Void> waiting = barriers.pass();

        attempts.stop(Refusals.stopped());

        assertThat(Failures.kindOf(waiting)).isEqualTo(Kind.STOPPED);
        assertThat(Failures.kindOf(barriers.pass())).isEqualTo(Kind.STOPPED);
    }

    private void refuse(ReplicationException.Kind kind) {
        replication.takeBarrier().completeExceptionally(new ReplicationException(kind, "scripted"));
    }
}

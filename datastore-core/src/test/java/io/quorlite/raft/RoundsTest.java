package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private final List<CompletableFuture<Integer>> begun = new ArrayList<>();
    private final Rounds<Integer> rounds = new Rounds<>(() -> {
        CompletableFuture<Integer> round = new CompletableFuture<>();
        begun.add(round);
        return round;
    });

    @Test
    void whoeverAsksDuringARoundGetsTheNextOne() {
        CompletableFuture<Integer> first = rounds.join();
        CompletableFuture<Integer> second = rounds.join();
        CompletableFuture<Integer> third = rounds.join();

        assertThat(begun).hasSize(1);
        begun.get(0).complete(1);

        assertThat(first).isCompletedWithValue(1);
        assertThat(second).isNotDone();
        assertThat(begun).hasSize(2);
        begun.get(1).complete(2);
        assertThat(second).isCompletedWithValue(2);
        assertThat(third).isCompletedWithValue(2);
        assertThat(begun).hasSize(2);
    }

    @Test
    void failedRoundFailsThoseItServedOnly() {
        CompletableFuture<Integer> first = rounds.join();
        CompletableFuture<Integer> second = rounds.join();

        begun.get(0).completeExceptionally(new IllegalStateException("lost"));
        begun.get(1).complete(2);

        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedWithValue(2);
    }

    @Test
    void roundGivenUpMakesWayForTheNext() {
        CompletableFuture<Integer> first = rounds.join();
        CompletableFuture<Integer> second = rounds.join();

        rounds.failCurrent(new IllegalStateException("leader changed"));
        begun.get(0).complete(1); // its answer comes late

        assertThat(first).isCompletedExceptionally();
        assertThat(begun).hasSize(2);
        begun.get(1).complete(2);
        assertThat(second).isCompletedWithValue(2);
    }

    @Test
    void throwingRoundFailsItsWaiters() {
        Rounds<Integer> throwing = new Rounds<>(() -> {
            throw new IllegalStateException("no");
        });

        assertThat(throwing.join()).isCompletedExceptionally();
        assertThat(throwing.join()).isCompletedExceptionally();
    }
}

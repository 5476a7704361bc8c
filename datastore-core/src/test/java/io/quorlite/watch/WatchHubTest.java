package io.quorlite.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** The rules of watches as transcripts; the commands are {@link WatchTranscript}'s. */
class WatchHubTest {
    private static final WatchLimits SMALL = new WatchLimits(3, 5, 2, 1 << 20, 512, 1);

    @Test
    void numbersWatchesFromZeroAndSkipsIdsInUse() {
        holds("""
                watch a
                > 0 created at 1
                watch a id=2
                > 2 created at 1
                watch a
                > 1 created at 1
                watch a
                > 3 created at 1
                cancel 0
                > 0 cancelled at 1
                watch a
                > 4 created at 1
                other: watch a
                other> 0 created at 1
                """);
    }

    @Test
    void rejectsWhatCannotBeWatched() {
        holds("""
                watch a from=-1
                > rejected NEGATIVE_REVISION at 1
                watch b..a
                > rejected EMPTY_RANGE at 1
                watch a..a
                > rejected EMPTY_RANGE at 1
                watch a id=7
                > 7 created at 1
                watch b id=7
                > rejected DUPLICATE_ID at 1
                """);
    }

    @Test
    void rejectsMoreWatchesThanTheLimitsAllow() {
        holds("""
                watch a
                > 0 created at 1
                watch a
                > 1 created at 1
                watch a
                > 2 created at 1
                watch a
                > rejected TOO_MANY_WATCHES at 1
                other: watch a
                other> 0 created at 1
                other: watch a
                other> 1 created at 1
                other: watch a
                other> rejected TOO_MANY_WATCHES at 1
                cancel 1
                > 1 cancelled at 1
                other: watch a
                other> 2 created at 1
                """, SMALL);
    }

    @Test
    void sendsOneMessageForEachRevisionWithItsEventsInOrder() {
        holds("""
                watch a*
                > 0 created at 1
                watch b
                > 1 created at 1
                put a2 x; put b y; put a1 z
                > 0 events at 2: put a2 x @2; put a1 z @2
                > 1 events at 2: put b y @2
                put c x
                del a2; del a1
                > 0 events at 4: del a2 @4; del a1 @4
                """);
    }

    @Test
    void matchesKeysRangesAndPrefixes() {
        holds("""
                watch b
                > 0 created at 1
                watch b..d
                > 1 created at 1
                watch c..
                > 2 created at 1
                watch b*
                > 3 created at 1
                put a 1
                put b 1
                > 0 events at 3: put b 1 @3
                > 3 events at 3: put b 1 @3
                > 1 events at 3: put b 1 @3
                put bb 1
                > 3 events at 4: put bb 1 @4
                > 1 events at 4: put bb 1 @4
                put c 1
                > 1 events at 5: put c 1 @5
                > 2 events at 5: put c 1 @5
                put d 1
                > 2 events at 6: put d 1 @6
                """);
    }

    @Test
    void leavesOutWhatFiltersExclude() {
        holds("""
                watch a noput
                > 0 created at 1
                watch a nodelete
                > 1 created at 1
                watch a noput nodelete
                > 2 created at 1
                put a 1
                > 1 events at 2: put a 1 @2
                del a
                > 0 events at 3: del a @3
                watch a from=2 noput
                > 3 created at 3
                run
                > 3 events at 3: del a @3
                """);
    }

    @Test
    void showsTheVersionBeforeToWhomeverAskedForIt() {
        holds("""
                watch a prev
                > 0 created at 1
                watch a
                > 1 created at 1
                put a 1
                > 0 events at 2: put a 1 @2 was nothing
                > 1 events at 2: put a 1 @2
                put a 2
                > 0 events at 3: put a 2 @3 was 1
                > 1 events at 3: put a 2 @3
                del a
                > 0 events at 4: del a @4 was 2
                > 1 events at 4: del a @4
                watch a from=2 prev
                > 2 created at 4
                run
                > 2 events at 4: put a 1 @2 was nothing; put a 2 @3 was 1; del a @4 was 2
                """);
    }

    @Test
    void isSilentUntilAFutureStartIsReached() {
        holds("""
                watch a from=4
                > 0 created at 1
                put a 1
                put a 2
                progress
                put a 3
                > 0 events at 4: put a 3 @4
                progress
                > all progress at 4
                """);
    }

    @Test
    void catchesUpFromThePastWithTheStoresRevisionAndJoins() {
        holds("""
                put a 1
                put b 1
                put a 2
                watch a from=2
                > 0 created at 4
                put a 3
                run
                > 0 events at 5: put a 1 @2; put a 2 @4; put a 3 @5
                put a 4
                > 0 events at 6: put a 4 @6
                """);
    }

    @Test
    void catchesUpInBatchesThatNeverSplitARevision() {
        holds("""
                put a 1; put b 1; put c 1
                put a 2; put b 2
                put a 3
                watch a.. from=2
                > 0 created at 4
                read
                > 0 events at 4: put a 1 @2; put b 1 @2; put c 1 @2; put a 2 @3; put b 2 @3
                read
                > 0 events at 4: put a 3 @4
                put a 4
                > 0 events at 5: put a 4 @5
                """, SMALL);
    }

    @Test
    void doesNotSendInACatchUpWhatIsNotYetPublished() {
        holds("""
                put a 1
                watch a from=2
                > 0 created at 2
                commit put a 2
                run
                > 0 events at 2: put a 1 @2
                progress
                > all progress at 2
                publish
                > 0 events at 3: put a 2 @3
                """);
    }

    @Test
    void sharesABatchAmongWatchesEachFromItsOwnStart() {
        holds("""
                put a 1
                put a 2
                put b 1
                watch a from=2
                > 0 created at 4
                watch a.. from=3
                > 1 created at 4
                other: watch b from=4
                other> 0 created at 4
                read
                > 0 events at 4: put a 1 @2; put a 2 @3
                > 1 events at 4: put a 2 @3; put b 1 @4
                other> 0 events at 4: put b 1 @4
                """);
    }

    @Test
    void endsAWatchWhoseStartIsCompacted() {
        holds("""
                put a 1
                put a 2
                put a 3
                compact 3
                watch a from=2
                > 0 created at 4
                > 0 compacted to 3
                cancel 0
                > 0 cancelled at 4
                cancel 0
                """);
    }

    @Test
    void deliversADeletionAtTheCompactedRevisionItself() {
        holds("""
                put a 1
                put b 1
                del a
                compact 4
                watch a.. from=4 prev
                > 0 created at 4
                run
                > 0 events at 4: del a @4 was nothing
                """);
    }

    @Test
    void endsAWatchThatIsOvertakenByCompactionWhileItCatchesUp() {
        holds("""
                put a 1
                put a 2
                put a 3
                put a 4
                put a 5
                watch a from=2
                > 0 created at 6
                read
                > 0 events at 6: put a 1 @2; put a 2 @3
                compact 5
                read
                > 0 compacted to 5
                """, SMALL);
    }

    @Test
    void endsAWatchThatIsOvertakenByCompactionWhileItsClientIsSlow() {
        holds("""
                watch a
                > 0 created at 1
                block
                put a 1
                put a 2
                compact 3
                ready
                run
                > 0 compacted to 3
                watch a from=3
                > 1 created at 3
                run
                > 1 events at 3: put a 2 @3
                """);
    }

    @Test
    void answersACancelAndIgnoresAnUnknownId() {
        holds("""
                put a 1
                watch a
                > 0 created at 2
                watch a from=2
                > 1 created at 2
                watch a from=9
                > 2 created at 2
                cancel 0
                > 0 cancelled at 2
                cancel 1
                > 1 cancelled at 2
                cancel 2
                > 2 cancelled at 2
                cancel 5
                put a 2
                run
                """);
    }

    @Test
    void isSilentAfterClose() {
        holds("""
                watch a
                > 0 created at 1
                watch a from=1
                > 1 created at 1
                close
                put a 1
                run
                watch a
                progress
                """);
    }

    @Test
    void buffersNothingForASlowClientAndLosesNothing() {
        holds("""
                watch a..
                > 0 created at 1
                other: watch a..
                other> 0 created at 1
                block
                put a 1
                other> 0 events at 2: put a 1 @2
                put a 2; put b 2
                other> 0 events at 3: put a 2 @3; put b 2 @3
                run
                ready
                run
                > 0 events at 3: put a 1 @2; put a 2 @3; put b 2 @3
                put a 3
                > 0 events at 4: put a 3 @4
                other> 0 events at 4: put a 3 @4
                """);
    }

    @Test
    void readsAgainWhatASlowClientHadNoRoomFor() {
        holds("""
                put a 1
                put b 1
                watch a from=2
                > 0 created at 3
                watch b from=2
                > 1 created at 3
                room 1
                run
                > 0 events at 3: put a 1 @2
                put a 2
                room 2
                run
                > 1 events at 4: put b 1 @3
                > 0 events at 4: put a 2 @4
                """);
    }

    @Test
    void leavesAWatchLiveWhileItsSlowStreamHasNothingForIt() {
        holds("""
                watch a
                > 0 created at 1
                watch b
                > 1 created at 1
                block
                put a 1
                ready
                put b 1
                > 1 events at 3: put b 1 @3
                run
                > 0 events at 3: put a 1 @2
                """);
    }

    @Test
    void givesStreamsTurns() {
        holds("""
                put a 1
                put a 2
                put a 3
                put a 4
                put a 5
                put a 6
                watch a from=2
                > 0 created at 7
                other: watch a from=6
                other> 0 created at 7
                read
                > 0 events at 7: put a 1 @2; put a 2 @3
                read
                other> 0 events at 7: put a 5 @6; put a 6 @7
                read
                > 0 events at 7: put a 3 @4; put a 4 @5
                """, SMALL);
    }

    @Test
    void givesTheWatchesOfAStreamTurns() {
        holds("""
                put a 1
                put a 2
                put a 3
                put a 4
                put a 5
                put a 6
                watch a from=2
                > 0 created at 7
                watch a from=6
                > 1 created at 7
                read
                > 0 events at 7: put a 1 @2; put a 2 @3
                read
                > 1 events at 7: put a 5 @6; put a 6 @7
                read
                > 0 events at 7: put a 3 @4; put a 4 @5
                """, SMALL);
    }

    @Test
    void reportsProgressOnRequestOnlyIfEveryWatchIsLive() {
        holds("""
                progress
                watch a
                > 0 created at 1
                progress
                > all progress at 1
                put a 1
                > 0 events at 2: put a 1 @2
                progress
                > all progress at 2
                watch a from=2
                > 1 created at 2
                progress
                run
                > 1 events at 2: put a 1 @2
                progress
                > all progress at 2
                watch a from=3
                > 2 created at 2
                progress
                put b 1
                progress
                > all progress at 3
                """);
    }

    @Test
    void reportsNoProgressWhileAWatchIsSlow() {
        holds("""
                watch a notify
                > 0 created at 1
                block
                put a 1
                progress
                tick
                ready
                progress
                tick
                run
                > 0 events at 2: put a 1 @2
                progress
                > all progress at 2
                """);
    }

    @Test
    void reportsPeriodicProgressToQuietWatchesThatWantIt() {
        holds("""
                watch a notify
                > 0 created at 1
                watch b
                > 1 created at 1
                watch a from=4 notify
                > 2 created at 1
                tick
                > 0 progress at 1
                put a 1
                > 0 events at 2: put a 1 @2
                tick
                tick
                > 0 progress at 2
                put b 1
                > 1 events at 3: put b 1 @3
                tick
                > 0 progress at 3
                put b 2
                > 1 events at 4: put b 2 @4
                tick
                > 0 progress at 4
                > 2 progress at 4
                """);
    }

    @Test
    void catchesUpAfterASnapshotWasInstalled() {
        holds("""
                watch a
                > 0 created at 1
                watch a from=4
                > 1 created at 1
                watch a from=9
                > 2 created at 1
                put a 1
                > 0 events at 2: put a 1 @2
                commit put a 2
                commit put a 3
                commit put a 4
                install
                progress
                run
                > 0 events at 5: put a 2 @3; put a 3 @4; put a 4 @5
                > 1 events at 5: put a 3 @4; put a 4 @5
                put a 5
                > 0 events at 6: put a 5 @6
                > 1 events at 6: put a 5 @6
                """);
    }

    @Test
    void endsWatchesThatASnapshotLeavesBehind() {
        holds("""
                watch a
                > 0 created at 1
                put a 1
                > 0 events at 2: put a 1 @2
                commit put a 2
                commit put a 3
                compact 4
                install
                run
                > 0 compacted to 4
                """);
    }

    @Test
    void doesNotEndALiveWatchByASnapshotThatHoldsAllItNeeds() {
        holds("""
                watch a
                > 0 created at 1
                put b 1
                put b 2
                commit put a 1
                compact 4
                install
                run
                > 0 events at 4: put a 1 @4
                """);
    }

    @Test
    void tellsAllStreamsWhenItFails() {
        holds("""
                watch a
                > 0 created at 1
                other: watch a
                other> 0 created at 1
                fail disk is gone
                > failed: disk is gone
                other> failed: disk is gone
                put a 1
                third: watch a
                third> failed: disk is gone
                """);
    }

    @Test
    void tellsTheStreamsWhoseHistoryCannotBeRead() {
        holds("""
                put a 1
                watch a from=2
                > 0 created at 2
                other: watch a
                other> 0 created at 2
                unreadable page is damaged
                run
                > failed: page is damaged
                put a 2
                other> 0 events at 3: put a 2 @3
                """);
    }

    @Test
    void dropsAStreamWhoseSinkThrowsAndNoOther() {
        holds("""
                watch a
                > 0 created at 1
                watch a
                > 1 created at 1
                other: watch a
                other> 0 created at 1
                break
                put a 1
                > failed: broken
                other> 0 events at 2: put a 1 @2
                put a 2
                other> 0 events at 3: put a 2 @3
                """);
    }

    @Test
    void sharesOneEventAmongAllWatchesAndLooksUpTheVersionBeforeOnce() {
        WatchHub hub = new WatchHub(new FakeStore(), task -> {}, WatchLimits.DEFAULT, 1);
        FakeSink sink = new FakeSink();
        WatchStream stream = hub.open(sink);
        Bytes key = Bytes.utf8("a");
        stream.create(WatchRequest.of(KeyRange.single(key), 0));
        stream.create(new WatchRequest(KeyRange.prefix(key), 0, 0, true, false, false, false));
        stream.create(new WatchRequest(KeyRange.all(), 0, 0, true, false, false, false));
        sink.take();
        KeyValue before = new KeyValue(key, Bytes.utf8("1"), 1, 1, 1, 0);
        List<Bytes> lookedUp = new ArrayList<>();

        KeyEvent event = new KeyEvent(new KeyValue(key, Bytes.utf8("2"), 1, 2, 2, 0), 0, null);
        hub.publish(2, List.of(event), (wanted, main) -> {
            lookedUp.add(wanted);
            return before;
        });

        List<WatchEvent> sent = sink.take().stream()
                .flatMap(message -> ((WatchMessage.Events) message).events().stream())
                .toList();
        assertThat(sent).hasSize(3).containsOnly(sent.get(0));
        assertThat(sent.get(0).event().prevKv()).isEqualTo(before);
        assertThat(lookedUp).containsExactly(key);
    }

    @Test
    void looksUpNoVersionBeforeThatNobodyWants() {
        WatchHub hub = new WatchHub(new FakeStore(), task -> {}, WatchLimits.DEFAULT, 1);
        WatchStream stream = hub.open(new FakeSink());
        KeyRange all = KeyRange.all();
        stream.create(WatchRequest.of(all, 0));
        stream.create(new WatchRequest(all, 0, 0, true, true, false, false)); // filtered out
        stream.create(new WatchRequest(all, 9, 0, true, false, false, false)); // not yet
        stream.create(
                new WatchRequest(KeyRange.single(Bytes.utf8("b")), 0, 0, true, false, false, false)); // another key
        KeyEvent event = new KeyEvent(new KeyValue(Bytes.utf8("a"), Bytes.EMPTY, 1, 2, 2, 0), 0, null);

        hub.publish(2, List.of(event), (key, main) -> {
            throw new AssertionError("looked up " + key);
        });

        assertThat(hub.stats().eventsSent()).isEqualTo(1);
    }

    @Test
    void refusesRevisionsOutOfOrder() {
        WatchHub hub = new WatchHub(new FakeStore(), task -> {}, WatchLimits.DEFAULT, 5);
        KeyEvent eighth = new KeyEvent(KeyValue.tombstone(Bytes.utf8("a"), 8), 0, null);

        assertThatThrownBy(() -> hub.publish(7, List.of(), (key, main) -> null))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> hub.publish(5, List.of(), (key, main) -> null))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> hub.publish(6, List.of(eighth), (key, main) -> null))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hub.advance(4)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> hub.reset(4)).isInstanceOf(IllegalStateException.class);
        hub.advance(7);
        hub.publish(8, List.of(eighth), (key, main) -> null);
        assertThat(hub.revision()).isEqualTo(8);
    }

    @Test
    void tellsAllStreamsWhenNoThreadCatchesUp() {
        WatchHub hub = new WatchHub(
                new FakeStore(),
                task -> {
                    throw new RejectedExecutionException("shut down");
                },
                WatchLimits.DEFAULT,
                5);
        FakeSink sink = new FakeSink();

        hub.open(sink).create(WatchRequest.of(KeyRange.all(), 2));

        assertThat(sink.failure()).hasMessageContaining("no thread to catch up");
    }

    @Test
    void countsWhatMetricsShow() {
        FakeStore store = new FakeStore();
        List<Runnable> tasks = new ArrayList<>();
        WatchHub hub = new WatchHub(store, tasks::add, WatchLimits.DEFAULT, 1);
        FakeSink sink = new FakeSink();
        WatchStream stream = hub.open(sink);
        stream.create(WatchRequest.of(KeyRange.all(), 0));
        sink.setRoom(0);
        store.commit(List.of(new FakeStore.Change(Bytes.utf8("a"), Bytes.EMPTY)));
        hub.publish(2, store.eventsOf(2), store);

        assertThat(hub.stats()).isEqualTo(new WatchStats(1, 1, 1, 0, 1, 0));

        sink.setRoom(1);
        stream.sinkReady();
        tasks.remove(0).run();

        assertThat(hub.stats()).isEqualTo(new WatchStats(1, 1, 0, 1, 1, 1));
    }

    private static void holds(String transcript) {
        holds(transcript, WatchLimits.DEFAULT);
    }

    private static void holds(String transcript, WatchLimits limits) {
        assertThat(WatchTranscript.run(transcript, limits)).isEqualTo(transcript);
    }
}

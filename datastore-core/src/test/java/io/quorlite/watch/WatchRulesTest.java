package io.quorlite.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The checker itself: it accepts what a good hub says, and each rule rejects what breaks it. */
class WatchRulesTest {
    private static final WatchRequest REQUEST =
            new WatchRequest(KeyRange.prefix(Bytes.utf8("a")), 2, 0, true, false, false, false);

    private final FakeStore store = new FakeStore();
    private final List<WatchMessage> good = new ArrayList<>();
    private WatchRules rules = new WatchRules(store.truth(), -1);

    /** Revisions 2 to 5; the watch hears 2 and 3 in one batch, then progress, then 5. */
    @BeforeEach
    void recordsAGoodWatch() {
        commit("a1", "x", "a2", "x");
        commit("a1", "y");
        commit("b", "x");
        commit("a1", null, "a2", "y");
        rules = new WatchRules(store.truth(), -1);
        good.add(new WatchMessage.Created(0, 1));
        good.add(events(5, event(2, 0), event(2, 1), event(3, 0)));
        good.add(new WatchMessage.Progress(WatchMessage.NO_WATCH, 4));
        good.add(events(5, event(5, 0), event(5, 1)));
    }

    @Test
    void acceptsAGoodWatch() {
        assertThat(rules.breachesOfStream(List.of(REQUEST), good, 5)).isEmpty();
    }

    @Test
    void filterRejectsAKeyOutsideTheRange() {
        assertBreach("filter", 3, events(5, event(4, 0), event(5, 0), event(5, 1)));
    }

    @Test
    void filterRejectsAFilteredKind() {
        WatchRequest noDelete = new WatchRequest(REQUEST.keys(), 2, 0, true, false, true, false);

        assertThat(rules.breachesOfStream(List.of(noDelete), good, 5)).anyMatch(breach -> breach.startsWith("filter"));
    }

    @Test
    void orderedRejectsSwappedRevisions() {
        assertBreach("ordered", 1, events(5, event(3, 0), event(2, 0), event(2, 1)));
    }

    @Test
    void orderedRejectsSwappedSubs() {
        assertBreach("ordered", 1, events(5, event(2, 1), event(2, 0), event(3, 0)));
    }

    @Test
    void uniqueRejectsARepeatedEvent() {
        assertBreach("unique", 3, events(5, event(3, 0), event(5, 0), event(5, 1)));
    }

    @Test
    void atomicRejectsASplitRevision() {
        List<WatchMessage> said = new ArrayList<>(good);
        said.set(3, events(5, event(5, 0)));
        said.add(events(5, event(5, 1)));

        assertThat(rules.breachesOfStream(List.of(REQUEST), said, 5)).anyMatch(breach -> breach.startsWith("atomic"));
    }

    @Test
    void bookmarkableRejectsProgressBeforeItsEvents() {
        assertBreach("bookmarkable", 2, new WatchMessage.Progress(WatchMessage.NO_WATCH, 5));
    }

    @Test
    void bookmarkableRejectsProgressBelowAnEvent() {
        assertBreach("bookmarkable", 2, new WatchMessage.Progress(0, 2));
    }

    @Test
    void reliableRejectsAMissingEventInTheMiddle() {
        assertBreach("reliable", 1, events(5, event(2, 0), event(2, 1)));
    }

    @Test
    void reliableRejectsAMissingEventAtTheEnd() {
        assertThat(rules.breachesOfStream(List.of(REQUEST), good.subList(0, 3), 5))
                .anyMatch(breach -> breach.startsWith("reliable"));
        assertThat(rules.breachesOfStream(List.of(REQUEST), good.subList(0, 3), 4))
                .isEmpty();
    }

    @Test
    void reliableRejectsAnotherValue() {
        KeyValue truth = event(3, 0).event().kv();
        KeyValue wrong = new KeyValue(truth.key(), Bytes.utf8("z"), 2, 3, 2, 0);

        assertBreach(
                "reliable",
                1,
                events(
                        5,
                        event(2, 0),
                        event(2, 1),
                        changed(event(3, 0), event -> new KeyEvent(wrong, event.sub(), event.prevKv()))));
    }

    @Test
    void resumableRejectsALateStart() {
        assertBreach("resumable", 1, events(5, event(3, 0)));
    }

    @Test
    void isCreateRejectsAWrongCreateRevision() {
        KeyValue truth = event(3, 0).event().kv();
        KeyValue wrong = new KeyValue(truth.key(), truth.value(), 3, 3, 1, 0);

        assertBreach(
                "isCreate",
                1,
                events(
                        5,
                        event(2, 0),
                        event(2, 1),
                        changed(event(3, 0), event -> new KeyEvent(wrong, event.sub(), event.prevKv()))));
    }

    @Test
    void prevKvRejectsAnotherVersionAndAMissingOne() {
        WatchEvent missing = changed(event(5, 0), event -> new KeyEvent(event.kv(), event.sub(), null));
        WatchEvent wrong = changed(
                event(5, 0),
                event -> new KeyEvent(
                        event.kv(), event.sub(), event(2, 0).event().kv()));

        assertBreach("prevKv", 3, events(5, missing, event(5, 1)));
        assertBreach("prevKv", 3, events(5, wrong, event(5, 1)));
    }

    @Test
    void prevKvMayBeMissingWhereItIsCompacted() {
        WatchRules compacted = new WatchRules(store.truth(), 5);
        List<WatchMessage> said = new ArrayList<>(good);
        said.set(3, events(5, changed(event(5, 0), event -> new KeyEvent(event.kv(), event.sub(), null)), event(5, 1)));

        assertThat(compacted.breachesOfStream(List.of(REQUEST), said, 5)).isEmpty();
    }

    @Test
    void protocolRejectsMessagesOfNoWatchAndMissingAnswers() {
        assertThat(rules.breachesOfStream(List.of(REQUEST), good.subList(1, 4), 5))
                .anyMatch(breach -> breach.startsWith("protocol"));
        assertThat(rules.breachesOfStream(List.of(REQUEST, REQUEST), good, 5))
                .anyMatch(breach -> breach.startsWith("protocol"));
    }

    @Test
    void protocolRejectsACompactionThatTheWatchHadPassed() {
        WatchRules compacted = new WatchRules(store.truth(), 5);
        List<WatchMessage> said = new ArrayList<>(good.subList(0, 3));
        said.add(new WatchMessage.Compacted(0, 5));

        assertThat(compacted.breachesOfStream(List.of(REQUEST), said, 5))
                .anyMatch(breach -> breach.startsWith("protocol"));
    }

    private void assertBreach(String rule, int at, WatchMessage instead) {
        List<WatchMessage> said = new ArrayList<>(good);
        said.set(at, instead);

        assertThat(rules.breachesOfStream(List.of(REQUEST), said, 5)).anyMatch(breach -> breach.startsWith(rule));
    }

    private void commit(@Nullable String... keysAndValues) {
        List<FakeStore.Change> changes = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            String value = keysAndValues[i + 1];
            String key = Objects.requireNonNull(keysAndValues[i]);
            changes.add(new FakeStore.Change(Bytes.utf8(key), value == null ? null : Bytes.utf8(value)));
        }
        store.commit(changes);
    }

    private static WatchMessage events(long revision, WatchEvent... events) {
        return new WatchMessage.Events(0, revision, true, List.of(events));
    }

    private WatchEvent event(long main, int sub) {
        return new WatchEvent(store.truth().getOrDefault(main, List.of()).get(sub));
    }

    private static WatchEvent changed(WatchEvent event, UnaryOperator<KeyEvent> change) {
        return new WatchEvent(change.apply(event.event()));
    }
}

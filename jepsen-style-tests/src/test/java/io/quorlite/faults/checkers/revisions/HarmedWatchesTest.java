package io.quorlite.faults.checkers.revisions;

import static io.quorlite.faults.simulation.Harm.needed;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.WatchHeard;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Watch;
import io.quorlite.faults.simulation.Harm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each rule of watches finds what breaks it, in a watch that is not itself a source of the log. */
class HarmedWatchesTest {
    private static final int SEEDS = 15;

    @Test
    void filterFindsAKeyThatWasNotWanted() {
        assertRejected("filter", harm -> {
            int line = told(harm, (watch, heard) -> true);
            List<KeyEvent> events = new ArrayList<>(harm.heard(line).events());
            long revision = events.get(0).revision();
            events.add(0, KeyEvent.put(new KeyValue("zz", "v", revision, revision, 1, 0), null));
            harm.setEvents(line, events);
        });
    }

    @Test
    void orderedFindsEventsTheOtherWayRound() {
        assertRejected("ordered", harm -> {
            int line = told(
                    harm,
                    (watch, heard) -> heard.events().get(0).revision()
                            < heard.events().get(heard.events().size() - 1).revision());
            List<KeyEvent> events = new ArrayList<>(harm.heard(line).events());
            Collections.reverse(events);
            harm.setEvents(line, events);
        });
    }

    @Test
    void uniqueFindsADuplicate() {
        assertRejected("unique", harm -> {
            int line = told(harm, (watch, heard) -> true);
            List<KeyEvent> events = new ArrayList<>(harm.heard(line).events());
            events.add(events.get(events.size() - 1));
            harm.setEvents(line, events);
        });
    }

    @Test
    void uniqueFindsARepeatedMessage() {
        assertRejected("unique", harm -> {
            int line = told(harm, (watch, heard) -> true);
            harm.insert(line, harm.heard(line));
        });
    }

    @Test
    void atomicFindsARevisionInTwoMessages() {
        assertRejected("atomic", harm -> {
            int line = told(
                    harm,
                    (watch, heard) -> heard.events().size() > 1
                            && heard.events().get(0).revision()
                                    == heard.events().get(1).revision());
            WatchHeard whole = harm.heard(line);
            harm.setEvents(line, whole.events().subList(1, whole.events().size()));
            harm.insert(
                    line, Harm.withEvents(unfragmented(whole), whole.events().subList(0, 1)));
        });
    }

    @Test
    void bookmarkableFindsProgressBeforeItsEvents() {
        assertRejected("bookmarkable", harm -> {
            int line = told(harm, (watch, heard) -> true);
            WatchHeard heard = harm.heard(line);
            harm.insert(line, progress(heard, heard.events().get(0).revision()));
        });
    }

    @Test
    void bookmarkableFindsProgressThatGoesBack() {
        assertRejected("bookmarkable", harm -> {
            int line = told(harm, (watch, heard) -> heard.events().get(0).revision() > 2);
            WatchHeard heard = harm.heard(line);
            harm.insert(line + 1, progress(heard, heard.events().get(0).revision() - 1));
        });
    }

    @Test
    void reliableFindsADroppedEvent() {
        assertRejected("reliable", harm -> {
            int line = told(harm, (watch, heard) -> heard.events().size() > 1);
            List<KeyEvent> events = new ArrayList<>(harm.heard(line).events());
            events.remove(events.size() > 2 ? 1 : 0);
            harm.setEvents(line, events);
        });
    }

    @Test
    void reliableFindsTheLastEventOfAnOpenWatchMissing() {
        assertRejected("reliable", harm -> {
            Watch open = needed(harm.any(harm.history().watches().stream()
                    .filter(watch ->
                            watch.id() > 2 && watch.isOpen() && !watch.events().isEmpty())
                    .toList()));
            List<Integer> lines = harm.told(heard -> heard.watch() == open.id());
            int last = lines.get(lines.size() - 1);
            List<KeyEvent> events = harm.heard(last).events();
            harm.setEvents(last, events.subList(0, events.size() - 1));
        });
    }

    @Test
    void resumableFindsAWatchThatBeginsTooLate() {
        assertRejected("resumable", harm -> {
            int line = told(
                    harm,
                    (watch, heard) -> heard.events().size() > 1
                            && heard.events()
                                    .equals(watch.messages().stream()
                                            .filter(message -> !message.events().isEmpty())
                                            .findFirst()
                                            .orElseThrow()
                                            .events()));
            harm.setEvents(
                    line,
                    harm.heard(line)
                            .events()
                            .subList(1, harm.heard(line).events().size()));
        });
    }

    @Test
    void isCreateFindsACreationOfAKeyThatWasThere() {
        assertRejected(
                "isCreate",
                harm -> changeOne(
                        harm, event -> !event.isDelete() && event.kv().createRevision() < event.revision(), event -> {
                            KeyValue kv = event.kv();
                            return new KeyEvent(
                                    event.type(),
                                    new KeyValue(
                                            kv.key(), kv.value(), event.revision(), event.revision(), 1, kv.lease()),
                                    event.prevKv());
                        }));
    }

    @Test
    void prevKvFindsAnOlderVersionBefore() {
        assertRejected(
                "prevKv",
                harm -> changeOne(harm, event -> event.prevKv() != null, event -> {
                    KeyValue prev = needed(event.prevKv());
                    KeyValue wrong = new KeyValue(
                            prev.key(), "wrong", prev.createRevision(), prev.modRevision(), prev.version(), 0);
                    return new KeyEvent(event.type(), event.kv(), wrong);
                }));
    }

    @Test
    void protocolFindsARefusalThatWasNotDue() {
        assertRejected("protocol", harm -> {
            int line = told(harm, (watch, heard) -> watch.isOpen());
            WatchHeard heard = harm.heard(line);
            harm.insert(
                    harm.settledLine(),
                    new WatchHeard(
                            harm.line(harm.settledLine()).nanos(),
                            heard.watch(),
                            WatchHeard.Kind.COMPACTED,
                            harm.lastRevision(),
                            harm.lastRevision() + 1,
                            false,
                            List.of()));
        });
    }

    @Test
    void protocolFindsEventsAfterTheEnd() {
        assertRejected("protocol", harm -> {
            int line = told(harm, (watch, heard) -> true);
            WatchHeard heard = harm.heard(line);
            harm.insert(
                    line,
                    new WatchHeard(
                            heard.nanos(),
                            heard.watch(),
                            WatchHeard.Kind.CANCELLED,
                            heard.revision(),
                            0,
                            false,
                            List.of()));
        });
    }

    private static void changeOne(Harm harm, Predicate<KeyEvent> fits, UnaryOperator<KeyEvent> change) {
        int line = told(harm, (watch, heard) -> heard.events().stream().anyMatch(fits));
        List<KeyEvent> events = new ArrayList<>(harm.heard(line).events());
        for (int i = 0; i < events.size(); i++) {
            if (fits.test(events.get(i))) {
                events.set(i, change.apply(events.get(i)));
                break;
            }
        }
        harm.setEvents(line, events);
    }

    /** A line on which a watch on a part of the keys tells events that fit. */
    private static int told(Harm harm, BiPredicate<Watch, WatchHeard> fits) {
        List<Watch> watches = harm.history().watches();
        @Nullable Integer line = harm.any(harm.told(heard -> heard.watch() > 2 && fits.test(watches.get(heard.watch()), heard)));
        return needed(line);
    }

    private static HistoryLine progress(WatchHeard like, long revision) {
        return new WatchHeard(like.nanos(), like.watch(), WatchHeard.Kind.PROGRESS, revision, 0, false, List.of());
    }

    private static WatchHeard unfragmented(WatchHeard heard) {
        return new WatchHeard(heard.nanos(), heard.watch(), heard.kind(), heard.revision(), 0, false, heard.events());
    }

    private static void assertRejected(String rule, Consumer<Harm> harm) {
        Harm.each(SEEDS, 400, 0.1, harm, (seed, history) -> {
            Verdict verdict = new WatchRulesChecker().check(history);
            assertThat(verdict.findings())
                    .as("seed %s: %s", seed, verdict.explanation())
                    .anyMatch(finding -> finding.startsWith(rule));
        });
    }
}

package io.quorlite.faults.mutants;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.quorlite.mvcc.KeyEvent;
import io.quorlite.watch.WatchEvent;
import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchSink;
import java.util.List;
import net.bytebuddy.asm.Advice;

/** What watches are told. */
final class WatchMutants {
    private static final String WATCH = "io.quorlite.watch.";

    private WatchMutants() {}

    static List<Mutant> all() {
        return List.of(
                Mutant.of(
                        "event-lost-at-catch-up",
                        "a watch that catches up misses the first event of a round",
                        "watch",
                        Rewrite.advice(WATCH + "CatchUpRound", "firstAtOrAfter", FirstLost.class)),
                Mutant.of(
                        "event-told-twice",
                        "one message of events in fifty is sent twice",
                        "watch",
                        Rewrite.advice(WATCH + "HubStream", "deliver", Twice.class)),
                Mutant.of(
                        "revision-split",
                        "a revision's events are spread over two messages",
                        "watch",
                        Rewrite.advice(WATCH + "HubStream", "deliver", Split.class)),
                Mutant.of(
                        "progress-ahead",
                        "a progress notification names a revision that was not told yet",
                        "watch",
                        Rewrite.advice(WATCH + "HubStream", "deliver", ProgressAhead.class)),
                Mutant.of(
                        "wrong-previous-version",
                        "an event shows the new version as the one before",
                        "watch",
                        Rewrite.advice(WATCH + "EventMatcher", "share", WrongPrevious.class)),
                Mutant.of(
                        "filter-ignored",
                        "a watch is told of kinds of events that it does not want",
                        "watch",
                        Rewrite.advice(WATCH + "WatcherGroup", "accepts", Skip.ReturningTrue.class)),
                Mutant.of(
                        "deletion-untold",
                        "watches are not told of deletions",
                        "watch",
                        Rewrite.advice(
                                WATCH + "EventMatcher", named("match").and(takesArguments(3)), DeletionUntold.class)),
                Mutant.of(
                                "gap-after-copy",
                                "live watches miss what came with an installed copy of the database",
                                "watch",
                                Rewrite.advice(WATCH + "WatchHub", "reset", Advanced.class))
                        .under("pause-one", 25));
    }

    static final class FirstLost {
        @Advice.OnMethodExit
        static void lose(@Advice.Argument(0) List<WatchEvent> events, @Advice.Return(readOnly = false) int first) {
            first = Math.min(events.size(), first + 1);
        }
    }

    static final class Twice {
        @Advice.OnMethodExit
        static void again(@Advice.Argument(0) WatchMessage message, @Advice.FieldValue("sink") WatchSink sink) {
            if (message instanceof WatchMessage.Events && Chance.oneIn(50)) {
                sink.deliver(message);
            }
        }
    }

    static final class Split {
        @Advice.OnMethodEnter
        static void split(
                @Advice.Argument(value = 0, readOnly = false) WatchMessage message,
                @Advice.FieldValue("sink") WatchSink sink) {
            if (message instanceof WatchMessage.Events all && all.events().size() > 1) {
                List<WatchEvent> events = all.events();
                int half = events.size() / 2;
                sink.deliver(
                        new WatchMessage.Events(all.watchId(), all.revision(), all.prevKv(), events.subList(0, half)));
                message = new WatchMessage.Events(
                        all.watchId(), all.revision(), all.prevKv(), events.subList(half, events.size()));
            }
        }
    }

    static final class ProgressAhead {
        @Advice.OnMethodEnter
        static void ahead(@Advice.Argument(value = 0, readOnly = false) WatchMessage message) {
            if (message instanceof WatchMessage.Progress progress) {
                message = new WatchMessage.Progress(progress.watchId(), progress.revision() + 1);
            }
        }
    }

    static final class WrongPrevious {
        @Advice.OnMethodExit
        static void mistake(@Advice.Return(readOnly = false) WatchEvent event) {
            KeyEvent told = event.event();
            if (told.prevKv() != null) {
                event = new WatchEvent(new KeyEvent(told.kv(), told.sub(), told.kv()));
            }
        }
    }

    static final class DeletionUntold {
        @Advice.OnMethodEnter
        static void leaveOut(@Advice.Argument(value = 1, readOnly = false) List<KeyEvent> events) {
            events = Untold.withoutDeletions(events);
        }
    }

    /** Does not name the hub's class, which would be loaded with this one, before it can be changed. */
    static final class Advanced {
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        static boolean advance(@Advice.This Object hub, @Advice.Argument(0) long revision)
                throws ReflectiveOperationException {
            hub.getClass().getMethod("advance", long.class).invoke(hub, revision);
            return true;
        }
    }
}

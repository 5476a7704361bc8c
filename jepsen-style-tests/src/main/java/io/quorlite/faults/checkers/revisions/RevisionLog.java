package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.KeyEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What happened at every revision, and the key space after it: the one history that watches on everything told together.
 * Known from the empty store, revision 1, up to {@link #knownTo}. Immutable.
 */
final class RevisionLog {
    /** The revision of an empty store: nothing was written at it. */
    static final long FIRST = 1;

    /** By revision - FIRST: the events, without versions before. */
    private final List<List<KeyEvent>> events;
    /** By revision - FIRST: the key space after it. */
    private final List<KeyTree> states;
    /** By revision - FIRST: the line of the history that first showed the events. */
    private final List<Integer> shown;

    private RevisionLog(List<List<KeyEvent>> events, List<KeyTree> states, List<Integer> shown) {
        this.events = events;
        this.states = states;
        this.shown = shown;
    }

    /** Merges what the watches on everything told; where they contradict each other, or themselves, is a finding. */
    static RevisionLog of(History history, Findings findings) {
        List<LogSource> sources = LogSource.in(history);
        NavigableMap<Long, LogSource.Shown> merged = merged(sources, findings);
        List<List<KeyEvent>> events = new ArrayList<>(List.of(List.of()));
        List<KeyTree> states = new ArrayList<>(List.of(KeyTree.EMPTY));
        List<Integer> shown = new ArrayList<>(List.of(0));
        long known = sources.stream()
                .filter(source -> source.to() >= source.from()) // one from the future that told nothing knows nothing
                .mapToLong(LogSource::to)
                .max()
                .orElse(FIRST);
        for (long revision = FIRST + 1; revision <= known; revision++) {
            LogSource.Shown at = merged.get(revision);
            if (at == null) {
                reportMissing(revision, sources, findings);
                break; // nothing after it can be replayed
            }
            KeyTree before = states.get(states.size() - 1);
            EventRules.check(revision, at.events(), before, findings);
            events.add(at.events());
            states.add(after(before, at.events()));
            shown.add(at.index());
        }
        return new RevisionLog(events, states, shown);
    }

    long knownTo() {
        return FIRST + events.size() - 1;
    }

    boolean knows(long revision) {
        return revision >= FIRST && revision <= knownTo();
    }

    List<KeyEvent> events(long revision) {
        return events.get(Math.toIntExact(revision - FIRST));
    }

    KeyTree state(long revision) {
        return states.get(Math.toIntExact(revision - FIRST));
    }

    /** The line that first showed the revision's events to anyone. */
    int shownAt(long revision) {
        return shown.get(Math.toIntExact(revision - FIRST));
    }

    private static NavigableMap<Long, LogSource.Shown> merged(List<LogSource> sources, Findings findings) {
        NavigableMap<Long, LogSource.Shown> merged = new TreeMap<>();
        for (LogSource source : sources) {
            source.revisions().forEach((revision, told) -> {
                LogSource.Shown other = merged.get(revision);
                if (other != null && !other.events().equals(told.events())) {
                    findings.add("watches disagree on revision " + revision + ": " + source.watch() + " told "
                            + told.events() + ", another " + other.events());
                }
                if (other == null || told.index() < other.index()) {
                    merged.put(revision, told);
                }
            });
        }
        for (LogSource source : sources) {
            for (long revision : merged.subMap(source.from(), true, Math.max(source.from(), source.to()), true)
                    .keySet()) {
                if (revision <= source.to() && !source.revisions().containsKey(revision)) {
                    findings.add(source.watch() + " passed over revision " + revision + ", which another told");
                }
            }
        }
        return merged;
    }

    private static void reportMissing(long revision, List<LogSource> sources, Findings findings) {
        sources.stream()
                .filter(source -> source.from() <= revision && source.to() >= revision)
                .findFirst()
                .ifPresentOrElse(
                        source -> findings.add("revision " + revision + " is missing: " + source.watch()
                                + " tells of everything up to " + source.to() + " but not of it"),
                        () -> findings.undecided("no watch on everything covers revision " + revision));
    }

    private static KeyTree after(KeyTree before, List<KeyEvent> events) {
        KeyTree state = before;
        for (KeyEvent event : events) {
            state = event.isDelete() ? state.without(event.key()) : state.with(event.kv());
        }
        return state;
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.sqlite.StorePosition;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a run's log held, as its members were told, and what state they reached with it. All must agree. */
final class CommittedLog {
    private record Reached(String member, long stateHash, long revision) {}

    private final Consumer<String> breach;
    private final TreeMap<Long, CommittedEntry> entries = new TreeMap<>();
    private final TreeMap<Long, Long> appendedNanos = new TreeMap<>();
    private final TreeMap<Long, Reached> reached = new TreeMap<>();

    CommittedLog(Consumer<String> breach) {
        this.breach = breach;
    }

    void appended(long index, long nowNanos) {
        appendedNanos.put(index, nowNanos);
    }

    void seen(CommittedEntry entry) {
        CommittedEntry before = entries.putIfAbsent(entry.index(), entry);
        if (before != null && (before.term() != entry.term() || !Arrays.equals(before.data(), entry.data()))) {
            breach.accept("log: two entries at " + entry.index());
        }
    }

    /** @param position of the member's state */
    void reached(String member, long index, StorePosition position) {
        if (position.appliedIndex() != index) {
            breach.accept("applied: " + member + " says " + index + ", its store " + position.appliedIndex());
        }
        Reached now = new Reached(member, position.stateHash(), position.revision());
        Reached before = reached.putIfAbsent(index, now);
        if (before != null && (before.stateHash != now.stateHash || before.revision != now.revision)) {
            breach.accept("state: at " + index + " " + before + " and " + now + " differ");
        }
    }

    TreeMap<Long, CommittedEntry> entries() {
        return entries;
    }

    /** When the entry was appended; MAX_VALUE for one that a leader's election made. */
    long appendedNanos(long index) {
        return appendedNanos.getOrDefault(index, Long.MAX_VALUE);
    }
}

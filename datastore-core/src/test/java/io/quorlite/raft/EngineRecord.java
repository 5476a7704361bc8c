package io.quorlite.raft;

import io.quorlite.replication.CommittedEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** What a run of the engine showed, and what of it must not be. Thread-safe. */
final class EngineRecord {
    /** What the caller of a proposal was told. */
    enum Told {
        NOTHING,
        ACKNOWLEDGED,
        REFUSED,
        UNKNOWN
    }

    private record At(long term, String text) {}

    private final Map<Long, At> committed = new ConcurrentHashMap<>();
    private final Map<Long, Long> leaders = new ConcurrentHashMap<>();
    private final Map<String, AtomicReference<Told>> proposals = new ConcurrentHashMap<>();
    private final AtomicLong acknowledgedIndex = new AtomicLong();
    private final List<String> breaches = new CopyOnWriteArrayList<>();

    static String text(CommittedEntry entry) {
        return new String(entry.data(), StandardCharsets.UTF_8);
    }

    void breach(String what) {
        breaches.add(what);
    }

    List<String> breaches() {
        return breaches;
    }

    void applied(long member, CommittedEntry entry) {
        At now = new At(entry.term(), text(entry));
        At before = committed.putIfAbsent(entry.index(), now);
        if (before != null && !before.equals(now)) {
            breach("log matching: at " + entry.index() + " n" + member + " applied " + now + ", another " + before);
        }
    }

    void leads(long member, long term) {
        Long before = leaders.putIfAbsent(term, member);
        if (before != null && before != member) {
            breach("election safety: n" + before + " and n" + member + " lead in term " + term);
        }
    }

    AtomicReference<Told> proposed(String text) {
        AtomicReference<Told> told = new AtomicReference<>(Told.NOTHING);
        proposals.put(text, told);
        return told;
    }

    /** The caller of a proposal saw it applied at {@code index}. */
    void acknowledged(String text, long index) {
        AtomicReference<Told> told = proposals.get(text);
        if (told != null && told.getAndSet(Told.ACKNOWLEDGED) == Told.REFUSED) {
            breach("refused and done: " + text);
        }
        acknowledgedIndex.accumulateAndGet(index, Math::max);
    }

    long acknowledgedIndex() {
        return acknowledgedIndex.get();
    }

    long acknowledgedCount() {
        return proposals.values().stream()
                .filter(told -> told.get() == Told.ACKNOWLEDGED)
                .count();
    }

    int terms() {
        return leaders.size();
    }

    /** Judges what members hold in the end. */
    void judge(long member, List<CommittedEntry> entries) {
        Map<String, Integer> times = new HashMap<>();
        List<Long> gaps = new ArrayList<>();
        long last = 0;
        for (CommittedEntry entry : entries) {
            times.merge(text(entry), 1, Integer::sum);
            if (entry.index() <= last) {
                gaps.add(entry.index());
            }
            last = entry.index();
            applied(member, entry);
        }
        if (!gaps.isEmpty()) {
            breach("n" + member + " applied out of order: " + gaps);
        }
        proposals.forEach((text, told) -> {
            int found = times.getOrDefault(text, 0);
            boolean wrong = switch (Objects.requireNonNull(told.get())) {
                case ACKNOWLEDGED -> found != 1;
                case REFUSED -> found != 0;
                case UNKNOWN, NOTHING -> found > 1;
            };
            if (wrong) {
                breach("exactly once: " + text + " was " + told.get() + " and is " + found + " times at n" + member);
            }
        });
    }
}

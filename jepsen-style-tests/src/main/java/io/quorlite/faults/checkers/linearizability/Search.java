package io.quorlite.faults.checkers.linearizability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The search of Wing and Gong with Lowe's memoisation ("Testing for linearizability", 2017), over the calls of one object:
 * try each call that may come first, go on with the rest, take it back where that leads nowhere. Not thread-safe; used once.
 *
 * <p>A call may come next if it began before the first end of those that have not taken effect. Calls with an unknown
 * outcome have no end: they are tried last, only where they change the state and the next call needs that, the
 * earliest of equal ones first; and they need not take effect at all.
 */
final class Search<S, I, O> {
    /** How a search ended. */
    enum Result {
        LINEARIZABLE,
        IMPOSSIBLE,
        OUT_OF_TIME
    }

    /** How often the clock is looked at. */
    private static final int STEPS_PER_LOOK = 1024;

    private final Model<S, I, O> model;
    private final List<Call<I, O>> completed;
    private final List<Call<I, O>> unknown;
    private final Entry head = new Entry(-1, false);
    private final BitSet completedDone = new BitSet();
    private final BitSet unknownDone = new BitSet();
    private final Configurations<S> configurations = new Configurations<>();
    private final Deque<Taken<S>> taken = new ArrayDeque<>();
    /** By unknown call: the one before it, in the order of begins, that asks the same; negative where there is none. */
    private final int[] earlierEqual;

    private S state;
    private int doneCount;
    /** The most completed calls that were in order at one time, and the state then. */
    private BitSet longest = new BitSet();

    private int longestCount;
    private S longestState;
    private long steps;

    Search(Model<S, I, O> model, List<Call<I, O>> calls) {
        Comparator<Call<I, O>> byBegin = Comparator.comparingInt(Call::begin);
        this.model = model;
        this.completed =
                calls.stream().filter(call -> !call.isUnknown()).sorted(byBegin).toList();
        this.unknown = calls.stream().filter(Call::isUnknown).sorted(byBegin).toList();
        this.earlierEqual = earlierEqual(unknown);
        this.state = model.initial();
        this.longestState = state;
        link();
    }

    /** Searches until it knows, or until {@code outOfTime} says so. */
    Result run(BooleanSupplier outOfTime) {
        @Nullable Entry candidate = head.next;
        int nextUnknown = 0;
        while (doneCount < completed.size()) {
            if (++steps % STEPS_PER_LOOK == 0 && outOfTime.getAsBoolean()) {
                return Result.OUT_OF_TIME;
            }
            if (candidate != null && !candidate.isEnd) {
                candidate = takeCompleted(candidate) ? head.next : candidate.next;
                nextUnknown = 0;
            } else {
                // All completed calls that may come next have been tried, or have just led nowhere.
                int tried = nextUnknownToTry(nextUnknown, candidate);
                if (tried >= 0) {
                    boolean went = takeUnknown(tried);
                    candidate = went ? head.next : candidate;
                    nextUnknown = went ? 0 : tried + 1;
                } else if (taken.isEmpty()) {
                    return Result.IMPOSSIBLE;
                } else {
                    Taken<S> last = takeBack();
                    candidate = last.isUnknown ? firstEnd() : last.entry().next;
                    nextUnknown = last.isUnknown ? last.call + 1 : 0;
                }
            }
        }
        return Result.LINEARIZABLE;
    }

    /** The most completed calls that could be put in order, and which could not follow. */
    String explanation() {
        List<String> stuck = new ArrayList<>();
        int firstEnd = Integer.MAX_VALUE;
        for (int call = longest.nextClearBit(0); call < completed.size(); call = longest.nextClearBit(call + 1)) {
            firstEnd = Math.min(firstEnd, completed.get(call).end());
        }
        for (int call = longest.nextClearBit(0); call < completed.size(); call = longest.nextClearBit(call + 1)) {
            if (completed.get(call).begin() < firstEnd) {
                stuck.add(completed.get(call) + " (line " + (completed.get(call).begin() + 1) + ")");
            }
        }
        return longestCount + " of " + completed.size() + " calls can be put in order (" + unknown.size()
                + " unknown); then, in state " + longestState + ", none of these can come next: " + stuck;
    }

    private boolean takeCompleted(Entry entry) {
        Call<I, O> call = completed.get(entry.call);
        S next = model.step(state, call.input(), call.output());
        if (next == null || lastUnknownWasNotNeeded(call, next)) {
            return false;
        }
        completedDone.set(entry.call);
        if (!configurations.add(completedDone, unknownDone, next)) {
            completedDone.clear(entry.call);
            return false;
        }
        taken.push(new Taken<>(entry.call, false, state, entry));
        entry.unlink();
        entry.matching().unlink();
        state = next;
        if (++doneCount > longestCount) {
            longestCount = doneCount;
            longest = (BitSet) completedDone.clone();
            longestState = next;
        }
        return true;
    }

    /** The next unknown call, from {@code from} on, that may come now; negative where there is none. */
    private int nextUnknownToTry(int from, @Nullable Entry firstEnd) {
        int before = firstEnd == null
                ? Integer.MAX_VALUE
                : completed.get(firstEnd.call).end();
        for (int call = unknownDone.nextClearBit(from);
                call < unknown.size();
                call = unknownDone.nextClearBit(call + 1)) {
            boolean first = earlierEqual[call] < 0 || unknownDone.get(earlierEqual[call]);
            if (first && unknown.get(call).begin() < before) {
                return call;
            }
        }
        return -1;
    }

    private boolean takeUnknown(int call) {
        S next = model.step(state, unknown.get(call).input(), null);
        if (next == null || next.equals(state) || lastUnknownWasNotNeeded(unknown.get(call), next)) {
            return false;
        }
        unknownDone.set(call);
        if (!configurations.add(completedDone, unknownDone, next)) {
            unknownDone.clear(call);
            return false;
        }
        taken.push(new Taken<>(call, true, state, null));
        state = next;
        return true;
    }

    /**
     * Whether the call would do the same had the unknown call just before it not taken effect, or had it taken effect after
     * it: then that order, which is tried as well, will do. So an unknown call comes only just before one that needs it.
     * Two unknown calls may stand either way round, else each order would leave it to the other.
     */
    private boolean lastUnknownWasNotNeeded(Call<I, O> call, S next) {
        Taken<S> last = taken.peek();
        if (last == null || !last.isUnknown) {
            return false;
        }
        S without = model.step(last.stateBefore, call.input(), call.output());
        return without != null
                && (without.equals(next)
                        || (!call.isUnknown()
                                && next.equals(model.step(
                                        without, unknown.get(last.call).input(), null))));
    }

    private Taken<S> takeBack() {
        Taken<S> last = taken.pop();
        state = last.stateBefore;
        if (last.isUnknown) {
            unknownDone.clear(last.call);
        } else {
            doneCount--;
            completedDone.clear(last.call);
            last.entry().matching().relink();
            last.entry().relink();
        }
        return last;
    }

    private @Nullable Entry firstEnd() {
        Entry entry = head.next;
        while (entry != null && !entry.isEnd) {
            entry = entry.next;
        }
        return entry;
    }

    private static <I, O> int[] earlierEqual(List<Call<I, O>> calls) {
        Map<I, Integer> last = new HashMap<>();
        int[] earlier = new int[calls.size()];
        for (int call = 0; call < earlier.length; call++) {
            Integer before = last.put(calls.get(call).input(), call);
            earlier[call] = before == null ? -1 : before;
        }
        return earlier;
    }

    /** Lines up the begins and ends of the completed calls in their order. */
    private void link() {
        List<Entry> entries = new ArrayList<>();
        for (int call = 0; call < completed.size(); call++) {
            Entry begin = new Entry(call, false);
            Entry end = new Entry(call, true);
            begin.match = end;
            entries.add(begin);
            entries.add(end);
        }
        entries.sort(Comparator.comparingInt(entry -> entry.isEnd
                ? completed.get(entry.call).end()
                : completed.get(entry.call).begin()));
        Entry last = head;
        for (Entry entry : entries) {
            last.next = entry;
            entry.previous = last;
            last = entry;
        }
    }

    /** What was put last, and the state it was put upon. */
    private record Taken<S>(
            int call,
            boolean isUnknown,
            S stateBefore,
            @Nullable Entry begin) {
        Entry entry() {
            if (begin == null) {
                throw new IllegalStateException("an unknown call has no entry");
            }
            return begin;
        }
    }

    /** A begin or an end in the list of those that have not taken effect; the list's head stands for neither. */
    private static final class Entry {
        final int call;
        final boolean isEnd;

        @Nullable Entry match;

        @Nullable Entry next;

        @Nullable Entry previous;

        Entry(int call, boolean isEnd) {
            this.call = call;
            this.isEnd = isEnd;
        }

        Entry matching() {
            if (match == null) {
                throw new IllegalStateException("only a begin has a match");
            }
            return match;
        }

        void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        /** Undoes {@link #unlink}; the last one unlinked is the first to be relinked. */
        void relink() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }
}

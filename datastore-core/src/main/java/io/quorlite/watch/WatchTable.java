package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import io.quorlite.watch.WatchMessage.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All streams and watches of a node and every decision about them: who gets what, who falls behind, who joins. No threads, no
 * reading of the history, no lock: {@link WatchHub} calls each method under its lock, and a method leaves all invariants in
 * place before it returns. Hence the order of {@link WatchSink#deliver} calls is the order of the methods.
 *
 * <p>Invariant: a live watch has been sent every event it wants up to {@link #revision}, one in the future wants none up to
 * there, a lagging one has been sent every event below its next revision, which is not above {@link #revision}.
 */
final class WatchTable {
    private final WatchLimits limits;
    private final LongSupplier compactRevision;
    private final Set<HubStream> streams = new LinkedHashSet<>();
    private final WatcherIndex live = new WatcherIndex();
    private final NavigableMap<Long, Set<Watcher>> future = new TreeMap<>();
    private final CatchUpQueue queue;
    private final Set<Watcher> progressNotified = new LinkedHashSet<>();
    private final Map<HubStream, Throwable> broken = new LinkedHashMap<>();
    private long revision;
    private @Nullable Throwable failure;

    /** Rounds handed to the executor and not yet finished. */
    private int rounds;

    private int watchers;
    private int slowWatchers;
    private long eventsSent;
    private long fellBehind;
    private long roundsDone;

    WatchTable(WatchLimits limits, LongSupplier compactRevision, long revision) {
        this.limits = limits;
        this.compactRevision = compactRevision;
        this.queue = new CatchUpQueue(limits);
        this.revision = revision;
    }

    // Live events

    void publish(long mainRevision, List<KeyEvent> events, PreviousVersions previous) {
        requireNext(mainRevision, events);
        startDue(mainRevision);
        Map<WatcherGroup, List<WatchEvent>> matches = EventMatcher.match(live, events, previous);
        List<Watcher> slow = new ArrayList<>();
        matches.forEach((group, matched) -> {
            List<WatchEvent> shared = Collections.unmodifiableList(matched);
            for (Watcher watcher : group.members()) {
                if (!send(watcher, mainRevision, shared)) {
                    slow.add(watcher);
                }
            }
        });
        revision = mainRevision;
        for (Watcher watcher : slow) {
            fallBehind(watcher, mainRevision);
            fellBehind++;
        }
        dropBroken();
    }

    private void requireNext(long mainRevision, List<KeyEvent> events) {
        if (mainRevision != revision + 1) {
            throw new IllegalStateException("revision " + mainRevision + " published after " + revision);
        }
        for (KeyEvent event : events) {
            if (event.kv().modRevision() != mainRevision) {
                throw new IllegalArgumentException(
                        "event of revision " + event.kv().modRevision() + " published with " + mainRevision);
            }
        }
    }

    void advance(long mainRevision) {
        if (mainRevision < revision) {
            throw new IllegalStateException("revision goes back from " + revision + " to " + mainRevision);
        }
        startDue(mainRevision);
        revision = mainRevision;
    }

    /** Watches that start at or before {@code mainRevision} join the live ones. */
    private void startDue(long mainRevision) {
        while (!future.isEmpty() && future.firstKey() <= mainRevision) {
            for (Watcher watcher : future.pollFirstEntry().getValue()) {
                join(watcher);
            }
        }
    }

    private void join(Watcher watcher) {
        live.add(watcher);
        watcher.stream.move(watcher, Watcher.State.LIVE);
    }

    /** Sends events unless the sink is not ready; returns whether they are dealt with. */
    private boolean send(Watcher watcher, long headerRevision, List<WatchEvent> events) {
        HubStream stream = watcher.stream;
        if (!stream.isReady()) {
            return false;
        }
        stream.deliver(new WatchMessage.Events(watcher.id, headerRevision, watcher.request.prevKv(), events));
        watcher.heardSinceTick = true;
        eventsSent += events.size();
        return true;
    }

    private void fallBehind(Watcher watcher, long next) {
        if (watcher.state == Watcher.State.LIVE) {
            live.remove(watcher);
        }
        watcher.next = next;
        watcher.stream.move(watcher, Watcher.State.LAGGING);
        slowWatchers++;
        queue.offer(watcher.stream);
    }

    // Life of streams and watches

    void open(HubStream stream) {
        if (failure != null) {
            stream.fail(failure);
        } else {
            streams.add(stream);
        }
    }

    void create(HubStream stream, WatchRequest request) {
        if (stream.isClosed()) {
            return;
        }
        Reason refusal = refusal(stream, request);
        if (refusal != null) {
            stream.deliver(new WatchMessage.Rejected(refusal, revision));
        } else {
            admit(new Watcher(stream, stream.takeId(request.id()), request, request.startRevision()));
        }
        dropBroken();
    }

    private @Nullable Reason refusal(HubStream stream, WatchRequest request) {
        if (request.startRevision() < 0) {
            return Reason.NEGATIVE_REVISION;
        }
        if (request.keys().isEmpty()) {
            return Reason.EMPTY_RANGE;
        }
        if (request.id() != 0 && stream.isTaken(request.id())) {
            return Reason.DUPLICATE_ID;
        }
        if (stream.idsTaken() >= limits.watchesPerStreamMax() || watchers >= limits.watchesPerNodeMax()) {
            return Reason.TOO_MANY_WATCHES;
        }
        return null;
    }

    private void admit(Watcher watcher) {
        long start = watcher.next;
        watchers++;
        watcher.stream.add(watcher);
        if (watcher.request.progressNotify()) {
            progressNotified.add(watcher);
        }
        watcher.stream.deliver(new WatchMessage.Created(watcher.id, revision));
        if (start == 0) {
            join(watcher);
        } else if (start > revision) {
            future.computeIfAbsent(start, first -> new LinkedHashSet<>()).add(watcher);
            watcher.stream.move(watcher, Watcher.State.FUTURE);
        } else if (start < compactRevision.getAsLong()) {
            endCompacted(watcher, compactRevision.getAsLong());
        } else {
            fallBehind(watcher, start);
        }
    }

    void cancel(HubStream stream, long id) {
        Watcher watcher = stream.watcher(id);
        if (watcher != null) {
            end(watcher);
            queue.offer(stream);
            stream.deliver(new WatchMessage.Cancelled(id, revision));
        } else if (stream.cancelCompacted(id)) {
            stream.deliver(new WatchMessage.Cancelled(id, revision));
        }
        dropBroken();
    }

    void close(HubStream stream) {
        stream.markClosed();
        forget(stream);
    }

    private void forget(HubStream stream) {
        stream.watchers().forEach(this::end);
        queue.remove(stream);
        streams.remove(stream);
    }

    private void end(Watcher watcher) {
        switch (watcher.state) {
            case LIVE -> live.remove(watcher);
            case FUTURE -> removeFuture(watcher);
            case LAGGING, READING -> slowWatchers--;
            case ENDED -> {}
        }
        watchers--;
        progressNotified.remove(watcher);
        watcher.stream.move(watcher, Watcher.State.ENDED);
        watcher.stream.remove(watcher);
    }

    private void removeFuture(Watcher watcher) {
        Set<Watcher> sameStart = future.get(watcher.next);
        if (sameStart != null && sameStart.remove(watcher) && sameStart.isEmpty()) {
            future.remove(watcher.next);
        }
    }

    private void endCompacted(Watcher watcher, long compacted) {
        end(watcher);
        watcher.stream.awaitCancelOf(watcher.id);
        watcher.stream.deliver(new WatchMessage.Compacted(watcher.id, compacted));
    }

    // Catching up

    void sinkReady(HubStream stream) {
        queue.offer(stream);
        dropBroken();
    }

    /** How many more rounds the executor should be given now; they count as running from here on. */
    int takeRounds() {
        int more = Math.min(limits.catchUpRoundsMax() - rounds, queue.size());
        rounds += Math.max(more, 0);
        return Math.max(more, 0);
    }

    /** The work of a round that was taken, or null where none is left, which ends it. */
    @Nullable CatchUpRound nextRound() {
        CatchUpRound round = queue.next(revision);
        if (round == null) {
            rounds--;
        }
        return round;
    }

    void finish(CatchUpRound round, CatchUpRound.Outcome outcome) {
        rounds--;
        roundsDone++;
        for (Watcher watcher : round.watchers()) {
            if (watcher.state == Watcher.State.READING) { // not cancelled meanwhile
                watcher.stream.move(watcher, Watcher.State.LAGGING);
                settle(watcher, outcome);
            }
        }
        for (Watcher watcher : round.watchers()) {
            queue.offer(watcher.stream);
        }
        dropBroken();
    }

    private void settle(Watcher watcher, CatchUpRound.Outcome outcome) {
        if (watcher.next < outcome.compactRevision()) {
            endCompacted(watcher, outcome.compactRevision());
            return;
        }
        List<WatchEvent> events = outcome.events().getOrDefault(watcher, List.of());
        if (!events.isEmpty() && !send(watcher, revision, events)) {
            return; // keeps its turn; what was read is dropped and read again, nothing is buffered
        }
        watcher.next = Math.max(watcher.next, outcome.through() + 1);
        if (watcher.next > revision) {
            slowWatchers--;
            join(watcher);
        } else {
            watcher.stream.yieldTurn(watcher);
        }
    }

    /** The round could not read: its streams are told, since their watches would otherwise stand still for ever. */
    void fail(CatchUpRound round, Throwable cause) {
        rounds--;
        for (Watcher watcher : round.watchers()) {
            if (watcher.state == Watcher.State.READING) {
                drop(watcher.stream, cause);
            }
        }
    }

    void reset(long newRevision) {
        if (newRevision < revision) {
            throw new IllegalStateException("snapshot at revision " + newRevision + " is behind " + revision);
        }
        long next = revision + 1;
        revision = newRevision;
        if (newRevision < next) {
            return;
        }
        for (HubStream stream : streams) {
            for (Watcher watcher : stream.watchers()) {
                if (watcher.state == Watcher.State.LIVE) {
                    fallBehind(watcher, next);
                } else if (watcher.state == Watcher.State.FUTURE && watcher.next <= newRevision) {
                    removeFuture(watcher);
                    fallBehind(watcher, watcher.next);
                }
            }
        }
        dropBroken();
    }

    // Progress

    void requestProgress(HubStream stream) {
        if (stream.isAllLive() && stream.isReady()) {
            stream.deliver(new WatchMessage.Progress(WatchMessage.NO_WATCH, revision));
        }
        dropBroken();
    }

    void sendPeriodicProgress() {
        for (Watcher watcher : progressNotified) {
            if (watcher.state == Watcher.State.LIVE && !watcher.heardSinceTick && watcher.stream.isReady()) {
                watcher.stream.deliver(new WatchMessage.Progress(watcher.id, revision));
            }
            watcher.heardSinceTick = false;
        }
        streams.forEach(queue::offer); // mends a sink that forgot to say that it is ready
        dropBroken();
    }

    // Failure

    void fail(Throwable cause) {
        failure = cause;
        for (HubStream stream : List.copyOf(streams)) {
            drop(stream, cause);
        }
    }

    /** Remembers a stream whose sink threw, until nobody iterates over its watches. */
    void noteBroken(HubStream stream, Throwable cause) {
        broken.put(stream, cause);
    }

    /** Streams whose sink threw are failed alone, so that one broken sink harms neither the writer nor the others. */
    private void dropBroken() {
        if (!broken.isEmpty()) {
            broken.forEach(this::drop);
            broken.clear();
        }
    }

    private void drop(HubStream stream, Throwable cause) {
        forget(stream);
        stream.fail(cause);
    }

    long revision() {
        return revision;
    }

    WatchStats stats() {
        return new WatchStats(streams.size(), watchers, slowWatchers, eventsSent, fellBehind, roundsDone);
    }
}

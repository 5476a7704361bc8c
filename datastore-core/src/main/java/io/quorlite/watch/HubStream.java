package io.quorlite.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client stream: its ids, its watches, and the queue of those that lag. The methods of {@link WatchStream} go to the hub,
 * which takes its lock; all others are the hub's and called under that lock.
 */
final class HubStream implements WatchStream {
    private final WatchHub hub;
    private final WatchSink sink;
    private final Map<Long, Watcher> watchers = new HashMap<>();

    /** Watches that ended by compaction and whose cancellation, which clients send all the same, is still to be answered. */
    private final Set<Long> compacted = new HashSet<>();

    /** Watches that are lagging or being read for, in the order of their turns. */
    private final Set<Watcher> lagging = new LinkedHashSet<>();

    private int reading;
    private int live;
    private long nextId;
    private boolean closed;

    /** What the sink threw, after which it gets nothing more but {@link #fail}. */
    private @Nullable Throwable broken;

    HubStream(WatchHub hub, WatchSink sink) {
        this.hub = hub;
        this.sink = sink;
    }

    @Override
    public void create(WatchRequest request) {
        hub.change(table -> table.create(this, request));
    }

    @Override
    public void cancel(long watchId) {
        hub.change(table -> table.cancel(this, watchId));
    }

    @Override
    public void requestProgress() {
        hub.change(table -> table.requestProgress(this));
    }

    @Override
    public void sinkReady() {
        hub.change(table -> table.sinkReady(this));
    }

    @Override
    public void close() {
        hub.change(table -> table.close(this));
    }

    /** Takes the id asked for, or the next free one counting up from 0, as etcd does. */
    long takeId(long wanted) {
        if (wanted != 0) {
            return wanted;
        }
        while (isTaken(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    boolean isTaken(long id) {
        return watchers.containsKey(id) || compacted.contains(id);
    }

    int idsTaken() {
        return watchers.size() + compacted.size();
    }

    void add(Watcher watcher) {
        watchers.put(watcher.id, watcher);
    }

    /** Forgets an ended watch. */
    void remove(Watcher watcher) {
        watchers.remove(watcher.id);
    }

    @Nullable Watcher watcher(long id) {
        return watchers.get(id);
    }

    List<Watcher> watchers() {
        return new ArrayList<>(watchers.values());
    }

    void awaitCancelOf(long compactedId) {
        compacted.add(compactedId);
    }

    boolean cancelCompacted(long id) {
        return compacted.remove(id);
    }

    /** Moves {@code watcher} from one state to another, keeping the counts and the queue right. */
    void move(Watcher watcher, Watcher.State to) {
        Watcher.State from = watcher.state;
        live += count(to, Watcher.State.LIVE) - count(from, Watcher.State.LIVE);
        reading += count(to, Watcher.State.READING) - count(from, Watcher.State.READING);
        if (to == Watcher.State.LAGGING || to == Watcher.State.READING) {
            lagging.add(watcher); // keeps its turn if it has one
        } else {
            lagging.remove(watcher);
        }
        watcher.state = to;
    }

    private static int count(Watcher.State state, Watcher.State counted) {
        return state == counted ? 1 : 0;
    }

    /** Gives {@code watcher}, which is lagging, the last turn. */
    void yieldTurn(Watcher watcher) {
        lagging.remove(watcher);
        lagging.add(watcher);
    }

    /** Lagging watches in turn, those being read for among them. */
    Set<Watcher> lagging() {
        return lagging;
    }

    boolean hasWaiting() {
        return lagging.size() > reading;
    }

    /** Whether there is a watch and every one is live. */
    boolean isAllLive() {
        return live > 0 && live == watchers.size();
    }

    boolean isReady() {
        if (broken != null) {
            return false;
        }
        try {
            return sink.isReady();
        } catch (RuntimeException e) {
            breakWith(e);
            return false;
        }
    }

    void deliver(WatchMessage message) {
        if (broken != null || closed) {
            return;
        }
        try {
            sink.deliver(message);
        } catch (RuntimeException e) {
            breakWith(e);
        }
    }

    private void breakWith(RuntimeException cause) {
        broken = cause;
        hub.noteBroken(this, cause);
    }

    void fail(Throwable cause) {
        if (closed) {
            return;
        }
        closed = true;
        try {
            sink.fail(cause);
        } catch (RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    void markClosed() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}

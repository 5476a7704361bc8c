package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watches of a node. The writer publishes each main revision; live watches get its events at once, others catch up from
 * the history on an executor and then join. {@code DESIGN.md} beside this class says why it is as it is.
 *
 * <p>Thread-safe. One lock guards all state, {@link WatchTable}; every message is handed to its sink under that lock, which
 * makes each stream one FIFO, events and progress alike. No method blocks for longer than another holds the lock, and none
 * holds it while the history is read:
 *
 * <ol>
 *   <li>The writer commits revision r to the database, then calls {@link #publish}, then lets readers see r. Under the lock
 *       the events are queued in the sinks of all live watches that want them, and only then does the hub's revision become
 *       r. So whoever sees r, by reading or by a progress message, has r's events before it in its stream.
 *   <li>A watch whose sink is not ready gets nothing and is lagging from r on. Nothing is buffered for it: the history is the
 *       buffer. When its sink is ready, it takes its turn.
 *   <li>A round takes the lock to choose watches and note the hub's revision h; reads without the lock from the history,
 *       which holds everything up to h; and takes the lock again to send what it read. A watch that has then been sent
 *       everything up to the hub's revision, which cannot move meanwhile, joins the live ones: no gap, no duplicate.
 * </ol>
 *
 * <p>Sinks must not call back into the hub from {@code isReady}, {@code deliver} or {@code fail}, but for
 * {@link WatchStream#close} from {@code fail}. The executor must not run tasks in the thread that submits them; it gets at
 * most {@link WatchLimits#catchUpRoundsMax} at a time.
 */
public final class WatchHub {
    private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);

    private final WatchHistory history;
    private final Executor executor;
    private final WatchLimits limits;
    private final ReentrantLock lock = new ReentrantLock();
    private final WatchTable table; // guarded by lock

    /** @param revision the store's main revision, from which on revisions will be published */
    public WatchHub(WatchHistory history, Executor executor, WatchLimits limits, long revision) {
        this.history = history;
        this.executor = executor;
        this.limits = limits;
        this.table = new WatchTable(limits, history::compactRevision, revision);
    }

    /** Opens a stream whose messages go to {@code sink}. */
    public WatchStream open(WatchSink sink) {
        HubStream stream = new HubStream(this, sink);
        change(watches -> watches.open(stream));
        return stream;
    }

    /**
     * Queues the events of main revision {@code mainRevision} for all live watches; when it returns, the revision may become
     * visible. Called by the writer after commit, for each main revision in order.
     *
     * @param events of that main revision, in the order of their subs
     * @param previous asked for versions before, where a watch wants them and the event does not carry one
     * @throws IllegalStateException if {@code mainRevision} is not the next one, which is a broken invariant of the caller
     */
    public void publish(long mainRevision, List<KeyEvent> events, PreviousVersions previous) {
        change(watches -> watches.publish(mainRevision, events, previous));
    }

    /** Passes to {@code mainRevision} where no event happened on the way. */
    public void advance(long mainRevision) {
        change(watches -> watches.advance(mainRevision));
    }

    /**
     * The store was replaced by a snapshot at {@code revision}: live watches go back to catching up from where they are. The
     * history must be readable up to {@code revision} by now, and reads from before the change must either succeed or wait.
     */
    public void reset(long revision) {
        change(watches -> watches.reset(revision));
    }

    /** Tells live watches that want progress and heard nothing since the last call where the store stands. */
    public void sendPeriodicProgress() {
        change(WatchTable::sendPeriodicProgress);
    }

    /** Fails all streams, and every one opened from now on. */
    public void fail(Throwable cause) {
        change(watches -> watches.fail(cause));
    }

    /** The last main revision whose events were queued. */
    public long revision() {
        lock.lock();
        try {
            return table.revision();
        } finally {
            lock.unlock();
        }
    }

    public WatchStats stats() {
        lock.lock();
        try {
            return table.stats();
        } finally {
            lock.unlock();
        }
    }

    /** Changes the table under the lock, then starts the rounds that the change made due. */
    void change(Consumer<WatchTable> change) {
        int rounds;
        lock.lock();
        try {
            change.accept(table);
            rounds = table.takeRounds();
        } finally {
            lock.unlock();
        }
        try {
            for (; rounds > 0; rounds--) {
                executor.execute(this::runRound);
            }
        } catch (RejectedExecutionException e) {
            LOG.warn("catching up was refused by its executor; all watch streams fail", e);
            fail(new IllegalStateException("no thread to catch up watches", e));
        }
    }

    /** Called by a stream under the lock. */
    void noteBroken(HubStream stream, Throwable cause) {
        table.noteBroken(stream, cause);
    }

    private void runRound() {
        CatchUpRound round = nextRound();
        if (round == null) {
            return;
        }
        CatchUpRound.Outcome outcome;
        try {
            outcome = round.read(history, limits);
        } catch (RuntimeException | Error e) {
            LOG.warn(
                    "reading the history for {} watches failed; their streams fail",
                    round.watchers().size(),
                    e);
            change(watches -> watches.fail(round, e));
            return;
        }
        change(watches -> watches.finish(round, outcome));
    }

    private @Nullable CatchUpRound nextRound() {
        lock.lock();
        try {
            return table.nextRound();
        } finally {
            lock.unlock();
        }
    }
}

package io.quorlite.raft;

import io.quorlite.raft.ObservedLogStorage.LoggedConfiguration;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.CorruptLogException;
import io.quorlite.replication.Replica;
import io.quorlite.sofajraft.Closure;
import io.quorlite.sofajraft.Iterator;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.StateMachine;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.entity.LeaderChangeContext;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import io.quorlite.sofajraft.entity.Task;
import io.quorlite.sofajraft.error.RaftException;
import io.quorlite.sofajraft.storage.snapshot.SnapshotReader;
import io.quorlite.sofajraft.storage.snapshot.SnapshotWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Drives a {@link Replica} for the engine. The engine calls it from one thread, the apply thread, and logs what a callback
 * other than {@code onApply} throws and goes on; so each callback here catches everything and stops the node.
 *
 * <p>Entries at or below {@link Replica#appliedIndex()}, which come again after a restart, are skipped here; the term of the
 * one at that index is compared, which would show a database that is not this log's.
 */
final class ReplicaStateMachine implements StateMachine {
    private static final int BATCH_ENTRIES_MAX = 1_000;
    private static final int BATCH_BYTES_MAX = 4 << 20;
    private static final int FIRST_ENTRY_RETRY_MILLIS = 10;

    private final Replica replica;
    private final Leadership leadership;
    private final Membership membership;
    private final ObservedLogStorage log;
    private final SnapshotStore store;
    private final CommitNotifier notifier;
    private final Failures failures;
    private final ScheduledExecutorService timer;
    private final long selfId;
    private final Node node;
    private final Snapshots snapshots;

    private final List<CommittedEntry> batch = new ArrayList<>();
    private final List<Closure> closures = new ArrayList<>();
    private int batchBytes;

    ReplicaStateMachine(
            Replica replica,
            Leadership leadership,
            Membership membership,
            ObservedLogStorage log,
            SnapshotStore store,
            CommitNotifier notifier,
            Failures failures,
            ScheduledExecutorService timer,
            long selfId,
            Node node,
            Snapshots snapshots) {
        this.replica = replica;
        this.leadership = leadership;
        this.membership = membership;
        this.log = log;
        this.store = store;
        this.notifier = notifier;
        this.failures = failures;
        this.timer = timer;
        this.selfId = selfId;
        this.node = node;
        this.snapshots = snapshots;
    }

    @Override
    public void onApply(Iterator entries) {
        try {
            if (failures.failed()) {
                throw new IllegalStateException("stopped by an earlier failure");
            }
            long last = 0;
            while (entries.hasNext()) {
                last = entries.getIndex();
                take(entries);
                entries.next();
                if (batch.size() >= BATCH_ENTRIES_MAX || batchBytes >= BATCH_BYTES_MAX) {
                    flush();
                }
            }
            tellOthers(last);
            flush();
            applied(last);
        } catch (Throwable t) { // whatever it was, the state is not what the log says: never go on
            failures.fatal(t);
            throw new IllegalStateException("applying failed", t);
        }
    }

    private void take(Iterator entries) throws IOException {
        long index = entries.getIndex();
        byte[] data = bytes(entries.getData());
        if (index > replica.appliedIndex()) {
            if (MemberRegistry.isEntry(data)) {
                membership.applyEntry(data);
                data = new byte[0]; // to the replica like a leader's first entry: an index and a term, no content
            }
            batch.add(new CommittedEntry(index, entries.getTerm(), data));
            batchBytes += data.length;
        } else if (index == replica.appliedIndex() && entries.getTerm() != replica.appliedTerm()) {
            throw new CorruptLogException("the database has applied entry " + index + " of term "
                    + replica.appliedTerm() + ", the log has it in term " + entries.getTerm());
        }
        Closure done = entries.done();
        if (done != null) {
            closures.add(done instanceof AppliedClosure a ? new AppliedAt(a, index) : done);
        }
    }

    private void flush() {
        if (!batch.isEmpty()) {
            replica.apply(List.copyOf(batch));
            batch.clear();
            batchBytes = 0;
        }
        for (Closure done : closures) {
            done.run(Status.OK());
        }
        closures.clear();
    }

    /** Before it is applied here: whoever asked another member waits for that one to apply it, too. */
    private void tellOthers(long index) {
        if (leadership.view().leading() && !moreFollows(index)) {
            notifier.committed(index, membership.current());
        }
    }

    private void applied(long index) {
        membership.applied(index);
        snapshots.applied(index);
    }

    private boolean moreFollows(long index) {
        try {
            return node.getLastLogIndex() > index;
        } catch (IllegalStateException e) {
            return true; // the node is stopping; there is nobody to notify
        }
    }

    private static byte[] bytes(ByteBuffer data) {
        if (data.hasArray()
                && data.arrayOffset() == 0
                && data.position() == 0
                && data.remaining() == data.array().length) {
            return data.array();
        }
        byte[] copy = new byte[data.remaining()];
        data.duplicate().get(copy);
        return copy;
    }

    @Override
    public void onLeaderStart(long term) {
        guarded(() -> {
            leadership.leading(selfId, term);
            membership.refresh(replica.appliedIndex());
            replica.leaderChanged(selfId, term);
            proposeFirst(term);
        });
    }

    /**
     * Proposes the entry whose application says two things: here, that everything of earlier terms is applied; everywhere,
     * that proposals of earlier terms not applied by then never will be.
     */
    private void proposeFirst(long term) {
        Leadership.View view = leadership.view();
        if (!view.leading() || view.term() != term || view.ready()) {
            return;
        }
        try {
            node.apply(new Task(ByteBuffer.allocate(0), new FirstEntry(term), term));
        } catch (IllegalStateException e) {
            // the node is stopping
        }
    }

    @Override
    public void onLeaderStop(Status status) {
        guarded(() -> {
            boolean led = leadership.view().ready();
            leadership.leaderless();
            if (led) {
                replica.leadershipLost();
            }
            replica.leaderChanged(0, leadership.view().term());
        });
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        guarded(() -> {
            long leader = PeerIds.memberId(context.getLeaderId());
            leadership.following(leader, context.getTerm());
            replica.leaderChanged(leader, context.getTerm());
        });
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        guarded(() -> {
            leadership.leaderless();
            replica.leaderChanged(0, context.getTerm());
        });
    }

    @Override
    public void onConfigurationCommitted(
            Configuration configuration) {} // without learners, joint stages only: see Membership

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        guarded(() -> snapshots.save(writer.getCurrentMeta().getLastIncludedIndex(), done));
    }

    /** At start with the own record; later with the record of a leader, whose database is installed. */
    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        try {
            SnapshotMeta meta = ((SnapshotStore.RecordReader) reader).load();
            Path copy = ((SnapshotStore.RecordReader) reader).received();
            if (copy != null) {
                replica.install(copy);
                Files.deleteIfExists(copy);
            }
            requireDurable(meta);
            if (meta.getLastIncludedIndex() > store.lastIndex()) {
                // Only now: a record ahead of the database would say that the log before it is not needed.
                store.save(meta);
            }
            log.snapshotLoaded(
                    new LoggedConfiguration(meta.getLastIncludedIndex(), membersOf(meta), oldMembersOf(meta)));
            membership.refresh(Math.max(meta.getLastIncludedIndex(), replica.appliedIndex()));
            return true;
        } catch (Throwable t) {
            failures.fatal(t);
            return false;
        }
    }

    private void requireDurable(SnapshotMeta meta) throws IOException {
        if (replica.appliedIndex() < meta.getLastIncludedIndex()) {
            throw new CorruptLogException("the database has applied " + replica.appliedIndex()
                    + " entries, but the log is cut up to " + meta.getLastIncludedIndex()
                    + ": the database was replaced or lost, rebuild this member from its peers");
        }
        log.durablyApplied(meta.getLastIncludedIndex() > store.lastIndex() ? replica.persist() : store.lastIndex());
    }

    static Configuration membersOf(SnapshotMeta meta) {
        return configuration(meta.getPeersList(), meta.getLearnersList());
    }

    private static Configuration oldMembersOf(SnapshotMeta meta) {
        return configuration(meta.getOldPeersList(), meta.getOldLearnersList());
    }

    private static Configuration configuration(List<String> peers, List<String> learners) {
        Configuration made = new Configuration();
        peers.forEach(p -> made.addPeer(PeerId.parsePeer(p)));
        learners.forEach(p -> made.addLearner(PeerId.parsePeer(p)));
        return made;
    }

    @Override
    public void onError(RaftException e) {
        failures.fatal(e);
    }

    @Override
    public void onShutdown() {}

    /** Something to do on the apply thread that may throw. */
    private interface Action {
        void run() throws Exception;
    }

    private void guarded(Action action) {
        try {
            action.run();
        } catch (Throwable t) {
            failures.fatal(t);
        }
    }

    private static final class AppliedAt implements Closure {
        private final AppliedClosure closure;
        private final long index;

        AppliedAt(AppliedClosure closure, long index) {
            this.closure = closure;
            this.index = index;
        }

        @Override
        public void run(Status status) {
            closure.applied(index);
        }
    }

    private final class FirstEntry implements AppliedClosure {
        private final long term;

        FirstEntry(long term) {
            this.term = term;
        }

        @Override
        public void applied(long index) {
            Leadership.View view = leadership.view();
            if (view.leading() && view.term() == term && !view.ready()) {
                leadership.ready();
                replica.leadershipGained(term);
            }
        }

        @Override
        public void run(Status status) {
            // Refused while overloaded, or just after a transfer that failed: needed all the same.
            timer.schedule(() -> proposeFirst(term), FIRST_ENTRY_RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}

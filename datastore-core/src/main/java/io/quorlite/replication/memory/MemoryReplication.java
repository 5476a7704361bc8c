package io.quorlite.replication.memory;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replica;
import io.quorlite.replication.Replication;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.replication.ReplicationStatus;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A member of a {@link MemoryGroup}: the replication port without disk, network or clock. Thread-safe.
 *
 * <p>What a member is told (entries, leadership, members) lies in one mailbox in the group's order. Whoever adds to it makes
 * the member's executor empty it; one run at a time, so the replica is called as from one thread also with a direct executor,
 * and a replica that proposes from within {@code apply} is served by the run that is already going.
 */
public final class MemoryReplication implements Replication {
    private static final int BATCH_ENTRIES_MAX = 1_000;
    private static final int WAITING_MAX = 100_000;
    private static final int ENTRY_BYTES_MAX = 8 << 20;

    /** Something to tell the replica other than an entry. */
    interface Notice {
        void tell(Replica replica);
    }

    private final MemoryGroup group;
    private final long memberId;
    private final Executor executor;
    private final Runnable closeExecutor;
    private final ArrayDeque<Object> mailbox = new ArrayDeque<>(); // CommittedEntry or Notice; guarded by itself
    private boolean draining; // guarded by mailbox
    private volatile boolean stopped;
    private volatile @Nullable Replica replica;

    MemoryReplication(MemoryGroup group, long memberId, Executor executor, Runnable closeExecutor) {
        this.group = group;
        this.memberId = memberId;
        this.executor = executor;
        this.closeExecutor = closeExecutor;
    }

    /** A group of one that applies on a thread of its own. */
    public static MemoryReplication single() {
        return singleGroup().member(1);
    }

    /** A group of one that applies on {@code executor}, {@code Runnable::run} for the proposing thread itself. */
    public static MemoryReplication single(Executor executor) {
        return singleGroup().member(1, executor);
    }

    static MemoryReplication withApplyThread(MemoryGroup group, long memberId) {
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
            Thread created = new Thread(task, "apply-" + memberId);
            created.setDaemon(true);
            return created;
        });
        return new MemoryReplication(group, memberId, thread, () -> closeAndWait(thread));
    }

    private static MemoryGroup singleGroup() {
        return new MemoryGroup(List.of(new Member(1, "memory-1", new PeerAddress("127.0.0.1", 0), false)));
    }

    @Override
    public void start(Replica replica) {
        if (this.replica != null) {
            throw new IllegalStateException("started before");
        }
        this.replica = replica;
        group.started(this, replica.appliedIndex(), replica.appliedTerm());
    }

    @Override
    public void propose(byte[] entry, ProposalListener listener) {
        try {
            requireRunning();
            if (entry.length > ENTRY_BYTES_MAX) {
                throw new ReplicationException(
                        Kind.TOO_LARGE, entry.length + " bytes, the limit is " + ENTRY_BYTES_MAX);
            }
            if (entry.length == 0) {
                throw new IllegalArgumentException("empty entry: those are a new leader's");
            }
            if (waiting() >= WAITING_MAX) {
                throw new ReplicationException(Kind.OVERLOADED, WAITING_MAX + " entries wait to be applied");
            }
            long term = group.term();
            listener.sent(term); // before the entry can be applied, which another thread may do at once
            group.append(entry, term);
        } catch (ReplicationException e) {
            listener.refused(e);
        }
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
        try {
            leader();
            return CompletableFuture.completedFuture(group.lastIndex());
        } catch (ReplicationException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<byte[]> askLeader(byte[] question) {
        try {
            Replica leading = leader().replica;
            if (leading == null) {
                throw new ReplicationException(Kind.NO_LEADER, "the leader is not started");
            }
            return leading.answer(question);
        } catch (ReplicationException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public ReplicationStatus status() {
        ReplicationStatus.Role role;
        if (stopped || replica == null) {
            role = ReplicationStatus.Role.STOPPED;
        } else if (group.leaderId() == memberId) {
            role = ReplicationStatus.Role.LEADER;
        } else {
            role = ReplicationStatus.Role.FOLLOWER;
        }
        long last = group.lastIndex();
        return new ReplicationStatus(memberId, role, group.term(), group.leaderId(), last, last);
    }

    @Override
    public List<MemberProgress> progress() {
        return stopped || replica == null || group.leaderId() != memberId ? List.of() : group.progress();
    }

    /** Members of one process know each other. */
    @Override
    public boolean announce() {
        return true;
    }

    @Override
    public List<Member> members() {
        return group.members();
    }

    /** Asks the replica to persist; this log has nothing to drop. */
    @Override
    public CompletableFuture<Void> compactLog() {
        Replica started = replica;
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (started == null || stopped) {
            done.completeExceptionally(new ReplicationException(Kind.STOPPED, "not running"));
            return done;
        }
        try {
            started.persist();
            done.complete(null);
        } catch (IOException e) {
            started.fatal(e);
            done.completeExceptionally(e);
        }
        return done;
    }

    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        try {
            requireRunning();
            long elected = memberId == 0 ? group.otherVoter(this.memberId) : memberId;
            if (elected == 0) {
                throw new ReplicationException(Kind.NOT_LEADER, "there is no other voter");
            }
            group.elect(elected);
            return CompletableFuture.completedFuture(null);
        } catch (ReplicationException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<Void> changeMember(MemberChange change) {
        try {
            leader();
            group.change(change);
            return CompletableFuture.completedFuture(null);
        } catch (ReplicationException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void forceNewGroup() {
        group.forceNewGroup(memberId);
        group.elect(memberId);
    }

    @Override
    public int entryBytesMax() {
        return ENTRY_BYTES_MAX;
    }

    @Override
    public void close() {
        if (stopped) {
            return;
        }
        group.stopped(this);
        stopped = true;
        closeExecutor.run();
    }

    long memberId() {
        return memberId;
    }

    /** Adds an entry or a {@link Notice}; called in the group's order, under its lock. */
    void enqueue(CommittedEntry entry) {
        add(entry);
    }

    void enqueue(Notice notice) {
        add(notice);
    }

    /** Has the mailbox emptied by the executor. */
    void drain() {
        synchronized (mailbox) {
            if (draining || mailbox.isEmpty() || stopped) {
                return;
            }
            draining = true;
        }
        executor.execute(this::deliverAll);
    }

    private void add(Object message) {
        synchronized (mailbox) {
            mailbox.add(message);
        }
    }

    private int waiting() {
        synchronized (mailbox) {
            return mailbox.size();
        }
    }

    private void deliverAll() {
        Replica target = replica;
        if (target == null) {
            throw new AssertionError("drained before start");
        }
        try {
            for (List<Object> batch = takeBatch(); !batch.isEmpty(); batch = takeBatch()) {
                deliver(target, batch);
            }
        } catch (Throwable t) { // whatever it was: the replica's state is unknown now
            stopped = true;
            group.stopped(this); // it may start again
            target.fatal(t);
        }
    }

    /** The next notice alone, or the entries up to it. Clears {@code draining} when there is nothing. */
    private List<Object> takeBatch() {
        synchronized (mailbox) {
            List<Object> batch = new ArrayList<>();
            while (!stopped && !mailbox.isEmpty() && batch.size() < BATCH_ENTRIES_MAX) {
                if (mailbox.element() instanceof Notice) {
                    if (batch.isEmpty()) {
                        batch.add(mailbox.remove());
                    }
                    break;
                }
                batch.add(mailbox.remove());
            }
            draining = !batch.isEmpty();
            return batch;
        }
    }

    private static void deliver(Replica target, List<Object> batch) {
        if (batch.get(0) instanceof Notice notice) {
            notice.tell(target);
            return;
        }
        List<CommittedEntry> entries = new ArrayList<>(batch.size());
        for (Object message : batch) {
            entries.add((CommittedEntry) message);
        }
        target.apply(entries);
    }

    private void requireRunning() throws ReplicationException {
        if (stopped || replica == null) {
            throw new ReplicationException(Kind.STOPPED, "not running");
        }
    }

    private MemoryReplication leader() throws ReplicationException {
        requireRunning();
        MemoryReplication leader = group.leader();
        if (leader == null) {
            throw new ReplicationException(Kind.NO_LEADER, "no leader");
        }
        return leader;
    }

    private static void closeAndWait(ExecutorService thread) {
        thread.shutdown();
        try {
            thread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.quorlite.raft;

import io.quorlite.raft.EngineRecord.Told;
import io.quorlite.raft.log.Disk;
import io.quorlite.raft.log.SimulatedDisk;
import io.quorlite.raft.transport.FaultyNetwork;
import io.quorlite.raft.transport.FaultyTransport;
import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Member;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.Replica;
import io.quorlite.replication.ReplicationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A member on the real engine, its log and votes on a disk in memory that loses what was not synced. */
final class SimulatedEngine {
    private static final long CLOSE_SECONDS_MAX = 60;

    private final EngineRecord record;
    private final FaultyNetwork network;
    private final Member self;
    private final List<Member> initial;
    private final Path directory;
    private final UnaryOperator<Disk> harm;
    private final Random timing;
    private final SimulatedDisk disk = new SimulatedDisk();
    private final SimulatedState state = new SimulatedState();
    private volatile @Nullable Life life;
    private volatile boolean syncFails;

    SimulatedEngine(
            EngineRecord record,
            FaultyNetwork network,
            Member self,
            List<Member> initial,
            Path directory,
            UnaryOperator<Disk> harm,
            Random timing) {
        this.record = record;
        this.network = network;
        this.self = self;
        this.initial = initial;
        this.directory = directory;
        this.harm = harm;
        this.timing = timing;
    }

    long id() {
        return self.id();
    }

    SimulatedState state() {
        return state;
    }

    boolean isRunning() {
        return life != null;
    }

    /** Whether it runs and has met the end of its power. */
    boolean isDead() {
        Life now = life;
        return now != null && now.dead;
    }

    RaftReplication raft() {
        Life now = life;
        if (now == null) {
            throw new IllegalStateException("n" + id() + " does not run");
        }
        return now.raft;
    }

    /** Starts; where the power fails again meanwhile, it is dead. */
    void start() {
        RaftConfig config = RaftConfig.builder(directory, 77, self)
                .initialMembers(initial)
                .electionTimeout(Duration.ofMillis(250))
                .forwardTimeout(Duration.ofSeconds(2))
                .logSegmentBytes(1 << 14)
                .logTailEntries(20)
                .snapshotEntries(60)
                .build();
        Life made = new Life(new RaftReplication(
                config,
                new RaftPorts(
                        harm.apply(disk),
                        (transport, book, admission) -> new FaultyTransport(network, transport, book, admission),
                        timer -> new FaultyTimer(timer, timing))));
        life = made;
        try {
            made.raft.start(made);
        } catch (IOException e) {
            if (disk.hasPower() && !syncFails) {
                record.breach("n" + id() + " does not start: " + e + ", " + e.getCause());
            }
            made.dead = true;
        }
    }

    /** The power fails with the {@code changes}-th change of the disk from now. */
    void losePowerIn(long changes) {
        disk.losePowerIn(changes);
    }

    /** The next sync of log or votes fails, after which the member must stop. */
    void failNextSync() {
        syncFails = true;
        disk.failNextForce();
    }

    /** Ends a process without its disk hearing of it, and brings the power back. */
    void crash(Random random) {
        Life ending = life;
        if (ending == null) {
            return;
        }
        ending.dead = true;
        disk.losePowerIn(0);
        closeWithin(ending.raft);
        life = null;
        disk.restartAfterPowerLoss(random);
        syncFails = false;
        state.losePower(random);
    }

    void stop() {
        Life ending = life;
        if (ending != null) {
            closeWithin(ending.raft);
            life = null;
        }
    }

    private void closeWithin(RaftReplication raft) {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread closing = new Thread(() -> {
            raft.close();
            closed.complete(null);
        });
        closing.setDaemon(true);
        closing.start();
        try {
            closed.get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            record.breach("n" + id() + " does not end");
        } catch (ExecutionException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void propose(String text) {
        Life now = life;
        if (now == null || now.dead) {
            return;
        }
        AtomicReference<Told> told = record.proposed(text);
        now.raft.propose(text.getBytes(StandardCharsets.UTF_8), new ProposalListener() {
            @Override
            public void sent(long term) {}

            @Override
            public void refused(ReplicationException reason) {
                if (!told.compareAndSet(Told.NOTHING, Told.REFUSED)) {
                    record.breach("refused after " + told.get() + ": " + text);
                }
            }

            @Override
            public void unknown(ReplicationException reason) {
                told.compareAndSet(Told.NOTHING, Told.UNKNOWN);
            }
        });
    }

    /** Asks for a barrier and sees whether it covers what was acknowledged before. */
    void read() {
        Life now = life;
        if (now == null || now.dead) {
            return;
        }
        long floor = record.acknowledgedIndex();
        var unused = now.raft.readBarrier().whenComplete((index, failure) -> {
            if (failure == null && index < floor) {
                record.breach("stale read at n" + id() + ": barrier " + index + ", acknowledged " + floor);
            }
        });
    }

    /** One process: what the log drives from a start to the end. */
    private final class Life implements Replica {
        private final RaftReplication raft;
        private volatile boolean dead;

        Life(RaftReplication raft) {
            this.raft = raft;
        }

        private void requireAlive() {
            if (dead) {
                throw new IllegalStateException("no power");
            }
        }

        @Override
        public long appliedIndex() {
            return state.index();
        }

        @Override
        public long appliedTerm() {
            return state.term();
        }

        @Override
        public void apply(List<CommittedEntry> entries) {
            for (CommittedEntry entry : entries) {
                requireAlive();
                if (entry.index() <= state.index()) {
                    continue;
                }
                record.applied(id(), entry);
                state.append(entry);
                String text = EngineRecord.text(entry);
                if (text.startsWith("n" + id() + "-")) { // whoever proposes waits for what is applied there
                    record.acknowledged(text, entry.index());
                }
            }
        }

        @Override
        public void leadershipGained(long term) {
            record.leads(id(), term);
        }

        @Override
        public void leadershipLost() {}

        @Override
        public void leaderChanged(long leaderId, long term) {
            if (leaderId != 0) {
                record.leads(leaderId, term);
            }
        }

        @Override
        public void membersChanged(List<Member> members) {}

        @Override
        public long persist() {
            requireAlive();
            return state.persist();
        }

        @Override
        public DatabaseCopy copyTo(Path target) throws IOException {
            return state.copyTo(target);
        }

        @Override
        public void install(Path copy) throws IOException {
            requireAlive();
            state.install(copy);
        }

        @Override
        public CompletableFuture<byte[]> answer(byte[] question) {
            return CompletableFuture.completedFuture(question);
        }

        @Override
        public void fatal(Throwable cause) {
            if (disk.hasPower() && !dead && !syncFails) {
                record.breach("n" + id() + " stopped: " + cause);
            }
            dead = true;
        }
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.Replica;
import io.quorlite.replication.memory.MemoryReplication;
import io.quorlite.roles.RoleTargets;
import io.quorlite.simulation.SimulatedExecutor;
import io.quorlite.simulation.Simulation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A member of a simulated cluster and what happens to it: it runs, is paused, is cut off, loses its power, comes back. */
final class SimulatedMember {
    private static final class PowerLost extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final SimulatedCluster cluster;
    private final Simulation simulation;
    private final Member self;
    private final Path directory;
    private final long clockNanos;
    private final List<SimulatedExecutor> executors = new ArrayList<>();
    private @Nullable Datastore store;
    private @Nullable SimulatedReplica replica;
    private @Nullable SimulatedReplication replication;
    private boolean paused;
    private boolean cutOff;
    private boolean dying;
    private boolean wantsCopy;
    private long persistedIndex;
    private long quietSinceNanos;
    private int copies;
    private int lives;

    SimulatedMember(SimulatedCluster cluster, Member self, Path directory) {
        this.cluster = cluster;
        this.simulation = cluster.simulation();
        this.self = self;
        this.directory = directory;
        this.clockNanos = simulation.random().nextLong(); // monotonic clocks begin anywhere
    }

    long id() {
        return self.id();
    }

    String name() {
        return self.name();
    }

    /** Its name and the count of its starts. */
    String life() {
        return name() + "/" + lives;
    }

    boolean isRunning() {
        return store != null;
    }

    boolean isPaused() {
        return paused;
    }

    /** Whether others hear of it. */
    boolean isPresent() {
        return isRunning() && !paused && !cutOff;
    }

    boolean isCutOff() {
        return cutOff;
    }

    long quietNanos() {
        return isPresent() ? 0 : simulation.nowNanos() - quietSinceNanos;
    }

    Datastore store() {
        return Objects.requireNonNull(store, name() + " does not run");
    }

    SimulatedReplica replica() {
        return Objects.requireNonNull(replica, name() + " does not run");
    }

    SimulatedReplication replication() {
        return Objects.requireNonNull(replication, name() + " does not run");
    }

    SimulatedReplica wrapped(Replica real) {
        SimulatedReplica wrapper = new SimulatedReplica(this, cluster, real);
        replica = wrapper;
        return wrapper;
    }

    void start() throws IOException {
        lives++;
        DatastoreConfig.Builder config = DatastoreConfig.builder(directory)
                .name(name())
                .peers(cluster.initialMembers())
                .electionTimeout(Duration.ofMillis(500))
                .watchProgressInterval(Duration.ofSeconds(5));
        if (cluster.keepsRoles()) {
            config.roleTargets(new RoleTargets(3, 1));
        }
        SimulatedExecutor applying = executor(true, () -> paused || cutOff);
        if (simulation.chance(0.3)) {
            applying.slow(40 * Simulation.MILLI);
        }
        MemoryReplication log = cluster.group().member(id(), applying);
        SimulatedReplication network = cluster.mutant().network(this, cluster, log);
        replication = network;
        LongSupplier clock = () -> clockNanos + cluster.mutant().clock(simulation.nowNanos());
        Surroundings surroundings =
                new Surroundings(clock, simulation.random()::nextLong, this::threads, cluster.stores());
        Datastore opened = Datastore.open(config.build(), (settings, identity, data) -> network, surroundings);
        store = opened;
        long applied = opened.node().state().position().appliedIndex();
        simulation.trace(() -> name() + " starts at " + applied);
        if (applied < persistedIndex) {
            cluster.breach("durability: " + name() + " starts at " + applied + ", had persisted " + persistedIndex);
        }
        var unused = opened.terminated().whenComplete((ended, failure) -> {
            if (failure != null && !dying) {
                cluster.breach("failure: " + name() + " stopped: " + failure + " at "
                        + java.util.Arrays.toString(failure.getStackTrace()).substring(0, 600));
            }
        });
    }

    private NodeThreads threads(String node, int readThreads) {
        return new NodeThreads(
                executor(false, this::isPaused),
                executor(false, this::isPaused).slow(20 * Simulation.MILLI),
                executor(true, this::isPaused),
                executor(true, this::isPaused).slow(2 * Simulation.MILLI));
    }

    private SimulatedExecutor executor(boolean ordered, BooleanSupplier whilePaused) {
        SimulatedExecutor executor = new SimulatedExecutor(simulation, ordered, whilePaused);
        executors.add(executor);
        return executor;
    }

    /** Everything that it has not made durable may be gone when it comes back. */
    void losePower() {
        simulation.trace(() -> name() + " loses its power");
        quietSinceNanos = simulation.nowNanos();
        dying = true;
        executors.forEach(SimulatedExecutor::kill);
        replica().fatal(new PowerLost());
        store().close();
        executors.clear();
        store = null;
        replica = null;
        replication = null;
        paused = false;
        dying = false;
        cluster.powerLost(name(), directory.resolve("db").resolve("quorlite.db"));
    }

    void pause(boolean now) {
        simulation.trace(() -> name() + (now ? " is paused" : " goes on"));
        quietSinceNanos = simulation.nowNanos();
        paused = now;
    }

    void cutOff(boolean now) {
        simulation.trace(() -> name() + (now ? " is cut off" : " is back"));
        quietSinceNanos = simulation.nowNanos();
        cutOff = now;
    }

    /** With the next entries it is given a copy of another's database instead. */
    void wantCopy() {
        wantsCopy = true;
    }

    /** Who leads is never given a copy. */
    boolean takeWantsCopy() {
        boolean wants = wantsCopy && !replication().status().isLeader();
        wantsCopy = false;
        return wants;
    }

    Path nextCopy() {
        return directory.resolve("staging").resolve("copy-" + ++copies);
    }

    long persisted(long index) {
        persistedIndex = Math.max(persistedIndex, index);
        return index;
    }
}

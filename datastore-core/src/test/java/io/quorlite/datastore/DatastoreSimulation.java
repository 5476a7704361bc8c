package io.quorlite.datastore;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.quorlite.simulation.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Whole members, everything of them but the engine and, on maps, SQLite, in one thread and virtual time: clients, watches and
 * leases under pauses, cuts, elections, copies and losses of power. One seed is one run.
 */
final class DatastoreSimulation {
    static {
        // Members die by the thousand here, and say so.
        ((Logger) LoggerFactory.getLogger("io.quorlite.datastore")).setLevel(Level.OFF);
        ((Logger) LoggerFactory.getLogger("io.quorlite.sqlite")).setLevel(Level.OFF);
    }

    private static final long SETTLE_NANOS = 30 * Simulation.SECOND; // request time-outs, leases, the last roles

    /** @param calls how many calls clients made */
    record Outcome(List<String> breaches, List<String> trace, int calls, long entries) {}

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final SimulatedClients clients;
    private final List<SimulatedWatcher> watchers = new ArrayList<>();
    private boolean healing;

    private DatastoreSimulation(long seed, SimulationMutant mutant, boolean sqlite, boolean tracing, Path root) {
        this.simulation = new Simulation(seed, tracing);
        this.cluster = new SimulatedCluster(simulation, mutant, root, sqlite);
        this.clients = new SimulatedClients(simulation, cluster);
    }

    static Outcome run(long seed, SimulationMutant mutant, boolean sqlite, boolean tracing) {
        Path root;
        try {
            root = Files.createTempDirectory(fastDirectory(), "quorlite-simulation");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            return new DatastoreSimulation(seed, mutant, sqlite, tracing, root).run();
        } finally {
            delete(root);
        }
    }

    /** Identities of members are on real files; nothing of a run depends on how durable those are. */
    private static Path fastDirectory() {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
    }

    private Outcome run() {
        cluster.members().forEach(cluster::start);
        clients.start(4);
        simulation.after(0, this::watch);
        simulation.after(simulation.between(0, Simulation.SECOND), this::fault);
        simulation.run(simulation.between(4, 12) * Simulation.SECOND);
        heal();
        return new Outcome(
                verdict(),
                simulation.trace(),
                clients.calls().size(),
                cluster.group().lastIndex());
    }

    private void watch() {
        if (healing) {
            return;
        }
        List<SimulatedMember> running = cluster.running();
        if (!running.isEmpty() && watchers.size() < 12 && simulation.chance(0.15)) {
            watchers.add(new SimulatedWatcher(simulation, simulation.pick(running)));
        } else if (!watchers.isEmpty()) {
            simulation.pick(watchers).act(clients.floor());
        }
        simulation.after(simulation.between(0, 60 * Simulation.MILLI), this::watch);
    }

    private void fault() {
        if (healing) {
            return;
        }
        SimulatedMember victim = simulation.pick(List.copyOf(cluster.members()));
        int dice = simulation.random().nextInt(100);
        if (dice < 3) {
            List.copyOf(cluster.running()).forEach(this::losePower);
        } else if (victim.isRunning()) {
            harm(victim, dice);
        }
        cluster.electSoon();
        simulation.after(simulation.between(20 * Simulation.MILLI, 1_200 * Simulation.MILLI), this::fault);
    }

    private void harm(SimulatedMember victim, int dice) {
        if (dice < 25) {
            losePower(victim);
        } else if (dice < 40) {
            victim.pause(true);
            simulation.after(length(), () -> {
                if (victim.isPaused()) {
                    victim.pause(false);
                }
            });
        } else if (dice < 60) {
            victim.cutOff(true);
            simulation.after(length(), () -> victim.cutOff(false));
        } else if (dice < 72) {
            victim.wantCopy();
        } else if (dice < 84) {
            persist(victim);
        } else {
            long heir = cluster.electable(0);
            if (heir != 0) {
                cluster.elected(heir);
                cluster.group().elect(heir); // by chance, and without a word to the one before
            }
        }
    }

    private void persist(SimulatedMember victim) {
        try {
            long index = victim.replica().persist();
            simulation.trace(() -> victim.name() + " persists " + index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void losePower(SimulatedMember victim) {
        victim.losePower();
        clients.connectionsLost(victim.life());
        simulation.after(length() / 3, () -> {
            if (!victim.isRunning()) {
                cluster.start(victim);
            }
        });
    }

    private long length() {
        return simulation.chance(0.1)
                ? simulation.between(Simulation.SECOND, 12 * Simulation.SECOND)
                : simulation.between(5 * Simulation.MILLI, 1_500 * Simulation.MILLI);
    }

    private void heal() {
        healing = true;
        clients.stop();
        simulation.trace(() -> "healed");
        for (SimulatedMember member : cluster.members()) {
            if (!member.isRunning()) {
                cluster.start(member);
            }
            if (member.isPaused()) {
                member.pause(false);
            }
            member.cutOff(false);
        }
        cluster.electSoon();
        watchers.forEach(watcher -> watcher.makeRoom(Integer.MAX_VALUE));
        simulation.run(SETTLE_NANOS);
    }

    private List<String> verdict() {
        List<String> breaches = new ArrayList<>(cluster.breaches());
        breaches.addAll(new SimulationVerdict(cluster.committed(), clients.calls())
                .breaches(watchers, List.copyOf(cluster.members())));
        if (!cluster.hasLeader()) {
            breaches.add("converge: no leader");
        }
        breaches.addAll(roles());
        cluster.running().forEach(SimulatedMember::losePower);
        return breaches;
    }

    private List<String> roles() {
        long voters = cluster.group().members().stream()
                .filter(member -> !member.learner())
                .count();
        return voters == 3 ? List.of() : List.of("roles: " + voters + " voters instead of 3");
    }

    private static void delete(Path root) {
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.memory.MemoryGroup;
import io.quorlite.simulation.MapStores;
import io.quorlite.simulation.Simulation;
import io.quorlite.sqlite.SqliteStore;
import io.quorlite.sqlite.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The members, the log between them, and who leads. Leadership moves as it does under Raft: to a voter that a majority can hear,
 * a while after they no longer hear the one before, which may go on believing.
 */
final class SimulatedCluster {
    private final Simulation simulation;
    private final SimulationMutant mutant;
    private final boolean keepsRoles;
    private final List<Member> initialMembers;
    private final MemoryGroup group;
    private final @Nullable MapStores maps;
    private final Store.Factory stores;
    private final TreeMap<Long, SimulatedMember> members = new TreeMap<>();
    private final CommittedLog committed;
    private final List<String> breaches = new ArrayList<>();
    private long leader;
    private boolean electing;

    /** @param sqlite whether members keep their state in SQLite, which makes a run slower; else on maps */
    SimulatedCluster(Simulation simulation, SimulationMutant mutant, Path root, boolean sqlite) {
        this.simulation = simulation;
        this.mutant = mutant;
        this.keepsRoles = simulation.chance(0.3);
        int count = keepsRoles ? 5 : 3;
        this.initialMembers = LongStream.rangeClosed(1, count)
                .mapToObj(id -> new Member(id, "n" + id, new PeerAddress("127.0.0.1", (int) id), id > 3))
                .toList();
        this.group = new MemoryGroup(initialMembers);
        this.maps = sqlite ? null : new MapStores(mutant::store);
        this.stores = maps == null ? SqliteStore.FACTORY : maps;
        this.committed = new CommittedLog(this::breach);
        for (Member each : initialMembers) {
            members.put(each.id(), new SimulatedMember(this, each, root.resolve(each.name())));
        }
    }

    Simulation simulation() {
        return simulation;
    }

    SimulationMutant mutant() {
        return mutant;
    }

    boolean keepsRoles() {
        return keepsRoles;
    }

    List<Member> initialMembers() {
        return initialMembers;
    }

    MemoryGroup group() {
        return group;
    }

    Store.Factory stores() {
        return stores;
    }

    CommittedLog committed() {
        return committed;
    }

    Collection<SimulatedMember> members() {
        return members.values();
    }

    List<SimulatedMember> running() {
        return members.values().stream().filter(SimulatedMember::isRunning).toList();
    }

    @Nullable SimulatedMember runningMember(long id) {
        SimulatedMember found = members.get(id);
        return found != null && found.isRunning() ? found : null;
    }

    void breach(String what) {
        simulation.trace(() -> "BREACH " + what);
        breaches.add(what);
    }

    List<String> breaches() {
        return breaches;
    }

    void start(SimulatedMember member) {
        try {
            member.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (leader == 0) { // the log in memory has the first member lead; here that takes a majority
            group.depose();
            electSoon();
        }
    }

    /** A member's log is closed: it leads no more. */
    void leaves(long memberId) {
        if (leader == memberId) {
            group.depose();
            leader = 0;
            electSoon();
        }
    }

    void powerLost(String member, Path database) {
        if (maps != null) {
            long index = maps.losePower(database, simulation.random());
            simulation.trace(() -> member + " keeps " + index);
        }
    }

    boolean connected(long a, long b) {
        SimulatedMember from = runningMember(a);
        SimulatedMember to = runningMember(b);
        return from != null && to != null && (a == b || !from.isCutOff() && !to.isCutOff());
    }

    /** Whether a majority of voters hears {@code memberId} and answers. */
    boolean hasMajority(long memberId) {
        SimulatedMember self = runningMember(memberId);
        if (self == null || self.isCutOff()) {
            return false;
        }
        List<Member> voters = voters();
        long hearing = voters.stream()
                .filter(voter -> voter.id() == memberId || present(voter.id()))
                .count();
        return hearing > voters.size() / 2;
    }

    private boolean present(long memberId) {
        SimulatedMember found = members.get(memberId);
        return found != null && found.isPresent();
    }

    private List<Member> voters() {
        return group.members().stream().filter(member -> !member.learner()).toList();
    }

    boolean leadsTruly(long memberId, long term) {
        return leader == memberId && group.term() == term && runningMember(memberId) != null;
    }

    /** A voter other than {@code notThis} that a majority hears, as chance will have it; 0 for none. */
    long electable(long notThis) {
        List<Long> candidates = voters().stream()
                .map(Member::id)
                .filter(id -> id != notThis && present(id) && hasMajority(id))
                .toList();
        return candidates.isEmpty() ? 0 : simulation.pick(candidates);
    }

    /** To be called when a member may have fallen silent: if it is the leader another will follow. */
    void electSoon() {
        if (!electing) {
            electing = true;
            simulation.after(simulation.between(300, 1_500) * Simulation.MILLI, this::elect);
        }
    }

    private void elect() {
        electing = false;
        boolean unheard = !present(leader) || voters().stream().noneMatch(voter -> voter.id() == leader);
        if (leader != 0 && !unheard && simulation.chance(0.9)) {
            return; // it came back in time
        }
        long next = electable(0);
        if (next == 0) {
            electSoon();
            return;
        }
        leader = next;
        group.elect(next);
        simulation.trace(() -> "elected n" + next + " term " + group.term());
    }

    void elected(long memberId) {
        leader = memberId;
    }

    boolean hasLeader() {
        return leader != 0 && present(leader);
    }

    List<MemberProgress> progress(long self) {
        long last = group.lastIndex();
        return group.members().stream()
                .map(each -> {
                    SimulatedMember found = members.get(each.id());
                    long quiet = found == null ? Long.MAX_VALUE : found.quietNanos() / Simulation.MILLI;
                    return new MemberProgress(each.id(), last, each.id() == self ? 0 : quiet, false);
                })
                .toList();
    }

    /** The running member that has applied most. */
    @Nullable SimulatedMember furthest() {
        return running().stream()
                .max(Comparator.comparingLong(member -> member.replica().appliedIndex()))
                .orElse(null);
    }
}

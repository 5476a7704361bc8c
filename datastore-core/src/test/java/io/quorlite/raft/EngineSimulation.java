package io.quorlite.raft;

import io.quorlite.raft.log.Disk;
import io.quorlite.raft.transport.FaultyNetwork;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * The real engine, all members in this process, on disks that lose what was not synced and a network that loses, delays, doubles
 * and reorders. The seed decides the schedule of faults and calls; the engine's own threads decide the rest, so a seed that
 * fails fails again mostly, not always.
 */
final class EngineSimulation implements AutoCloseable {
    private static final long SETTLE_MILLIS_MAX = 180_000;

    private final Random random;
    private final EngineRecord record = new EngineRecord();
    private final FaultyNetwork network;
    private final List<SimulatedEngine> members = new ArrayList<>();
    private final long[] startAtMillis;
    private int proposed;

    EngineSimulation(long seed, int count, Path directory, UnaryOperator<Disk> harm) throws IOException {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        network = new FaultyNetwork(seed);
        startAtMillis = new long[count];
        List<Member> initial = new ArrayList<>();
        for (int id = 1; id <= count; id++) {
            initial.add(Trio.newMember(id));
        }
        for (Member each : initial) {
            Random timing = new Random(seed * 31 + each.id());
            members.add(
                    new SimulatedEngine(record, network, each, initial, directory.resolve(each.name()), harm, timing));
        }
    }

    EngineRecord record() {
        return record;
    }

    List<String> run(long millis) throws InterruptedException {
        for (SimulatedEngine member : members) {
            member.start();
        }
        long began = System.nanoTime();
        long nextFault = 500;
        for (long now = 0; now < millis && record.breaches().isEmpty(); now = elapsedMillis(began)) {
            SimulatedEngine caller = members.get(random.nextInt(members.size()));
            if (random.nextInt(4) == 0) {
                caller.read();
            } else {
                caller.propose("n" + caller.id() + "-" + ++proposed);
            }
            if (now >= nextFault) {
                fault(now);
                nextFault = now + 30 + random.nextInt(400);
            }
            revive(now);
            Thread.sleep(1 + random.nextInt(4)); // the pace of calls, not a wait for anything
        }
        settle();
        return record.breaches();
    }

    private static long elapsedMillis(long beganNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
    }

    /** Members that have died are crashed to the end; those whose time has come start again. */
    private void revive(long now) {
        for (int i = 0; i < members.size(); i++) {
            SimulatedEngine member = members.get(i);
            if (member.isDead()) {
                member.crash(random);
                startAtMillis[i] = now + random.nextInt(500);
            } else if (!member.isRunning() && now >= startAtMillis[i]) {
                member.start();
            }
        }
    }

    private void fault(long now) {
        int victim = random.nextInt(members.size());
        SimulatedEngine member = members.get(victim);
        switch (random.nextInt(12)) {
            case 0, 1 -> member.losePowerIn(1 + random.nextInt(12));
            case 2 -> {
                for (int i = 0; i < members.size(); i++) { // all lose their power at once
                    members.get(i).crash(random);
                    startAtMillis[i] = now + random.nextInt(200);
                }
            }
            case 3 -> cutOff(member.id(), true, true);
            case 4 -> cutOff(member.id(), true, false);
            case 5 -> cutOff(member.id(), false, true);
            case 6 -> network.trouble(random.nextDouble() * 0.3);
            case 7, 8 -> network.heal();
            case 9 -> change(member);
            case 10 -> member.failNextSync();
            default -> {
                if (member.isRunning()) {
                    var unused = random.nextBoolean()
                            ? member.raft().compactLog()
                            : member.raft().transferLeadership(0);
                }
            }
        }
    }

    private void cutOff(long id, boolean from, boolean to) {
        for (SimulatedEngine other : members) {
            if (other.id() != id && from) {
                network.cut(id, other.id());
            }
            if (other.id() != id && to) {
                network.cut(other.id(), id);
            }
        }
    }

    /** The leader takes a vote, or gives it back. */
    private void change(SimulatedEngine member) {
        for (SimulatedEngine leader : members) {
            if (leader.isRunning() && leader.raft().status().isLeader()) {
                boolean learner =
                        leader.raft().members().stream().anyMatch(each -> each.id() == member.id() && each.learner());
                var unused = leader.raft()
                        .changeMember(
                                learner ? new MemberChange.Promote(member.id()) : new MemberChange.Demote(member.id()));
            }
        }
    }

    /** Everything heals, and all members must come to hold the same. */
    private void settle() throws InterruptedException {
        network.heal();
        for (SimulatedEngine member : members) {
            member.losePowerIn(Long.MAX_VALUE);
        }
        long began = System.nanoTime();
        while (!settled() && record.breaches().isEmpty()) {
            revive(Long.MAX_VALUE);
            for (SimulatedEngine member : members) {
                member.propose("n" + member.id() + "-" + ++proposed);
            }
            if (elapsedMillis(began) > SETTLE_MILLIS_MAX) {
                record.breach("no agreement " + SETTLE_MILLIS_MAX + " ms after all was healed");
                break;
            }
            for (int look = 0; look < 40 && !settled(); look++) {
                Thread.sleep(25);
            }
        }
        for (SimulatedEngine member : members) {
            record.judge(member.id(), member.state().entries());
        }
    }

    private boolean settled() {
        long index = members.get(0).state().index();
        return index > record.acknowledgedIndex() - 1
                && members.stream()
                        .allMatch(member -> member.isRunning()
                                && !member.isDead()
                                && member.state().index() == index)
                && members.stream()
                        .anyMatch(member -> member.raft().status().isLeader()
                                && member.raft().status().lastIndex() == index);
    }

    @Override
    public void close() {
        members.forEach(SimulatedEngine::stop);
        network.close();
    }
}

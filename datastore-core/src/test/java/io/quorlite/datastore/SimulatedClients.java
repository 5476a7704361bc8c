package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.datastore.SimulatedCall.Request;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.simulation.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Clients of the members, each with one call at a time, and what they were told. */
final class SimulatedClients {
    private static final int KEYS = 6;

    private final Simulation simulation;
    private final SimulatedCluster cluster;
    private final List<SimulatedCall> calls = new ArrayList<>();
    private final List<Long> leases = new ArrayList<>(); // asked for and not yet revoked by a client
    private final TreeMap<String, Long> localFloors = new TreeMap<>();
    private long floor = 1;
    private boolean stopping;

    SimulatedClients(Simulation simulation, SimulatedCluster cluster) {
        this.simulation = simulation;
        this.cluster = cluster;
    }

    void start(int clients) {
        for (int i = 0; i < clients; i++) {
            simulation.after(simulation.between(0, 100 * Simulation.MILLI), this::next);
        }
    }

    /** Calls that are open go on, no new ones come. */
    void stop() {
        stopping = true;
    }

    List<SimulatedCall> calls() {
        return calls;
    }

    long floor() {
        return floor;
    }

    private void next() {
        if (stopping) {
            return;
        }
        List<SimulatedMember> running = cluster.running();
        if (running.isEmpty()) {
            simulation.after(50 * Simulation.MILLI, this::next);
            return;
        }
        SimulatedMember member = simulation.pick(running);
        Request request = request(calls.size());
        String life = member.life();
        SimulatedCall call = new SimulatedCall(
                calls.size(), life, request, simulation.nowNanos(), floor, localFloors.getOrDefault(life, 1L));
        calls.add(call);
        simulation.trace(() -> "call " + call.number + " at " + call.member + " " + request);
        make(member.store(), request).whenComplete((result, failure) -> ended(call, result, failure));
    }

    /** A process is gone, and with it the connections of clients that wait for it. */
    void connectionsLost(String life) {
        List.copyOf(calls).stream()
                .filter(call -> call.isOpen() && call.member.equals(life))
                .forEach(call -> ended(call, null, new DatastoreException(Kind.OUTCOME_UNKNOWN, "connection lost")));
    }

    private void ended(SimulatedCall call, @Nullable Object result, @Nullable Throwable failure) {
        if (!call.isOpen()) {
            return;
        }
        call.completedNanos = simulation.nowNanos();
        if (failure == null) {
            call.result = result;
            long seen = revisionOf(result);
            boolean local = call.request instanceof Request.Read read && read.level() == ReadLevel.SERIALIZABLE;
            if (local) {
                localFloors.merge(call.member, seen, Math::max);
            } else {
                floor = Math.max(floor, seen);
            }
        } else {
            call.failure = Refusals.of(failure).kind();
        }
        simulation.trace(() -> "call " + call.number + " ended " + (failure == null ? result : call.failure));
        simulation.after(
                simulation.chance(0.1) ? simulation.between(0, Simulation.SECOND) : simulation.between(0, 40_000_000),
                this::next);
    }

    static long revisionOf(@Nullable Object result) {
        if (result instanceof TxnResult txn) {
            return txn.revision();
        }
        return result instanceof RangeResult range ? range.revision() : 0;
    }

    private CompletableFuture<?> make(Datastore store, Request request) {
        if (request instanceof Request.Write write) {
            if (write.command() instanceof Command.Write txn) {
                return store.txn(txn.txn(), ReadLevel.LINEARIZABLE);
            } else if (write.command() instanceof Command.LeaseGrant grant) {
                return store.grantLease(grant.id(), grant.ttlSeconds());
            } else if (write.command() instanceof Command.LeaseRevoke revoke) {
                return store.revokeLease(revoke.id());
            }
        } else if (request instanceof Request.Read read) {
            return store.range(read.range(), read.level());
        } else if (request instanceof Request.Renew renew) {
            return store.keepLeaseAlive(renew.leaseId());
        } else if (request instanceof Request.Compact compact) {
            return store.compact(compact.revision(), simulation.chance(0.3));
        }
        throw new AssertionError(request);
    }

    private Request request(int number) {
        int dice = simulation.random().nextInt(100);
        if (dice < 55) {
            return new Request.Write(write(dice, number));
        } else if (dice < 80) {
            return new Request.Read(Op.Range.of(range()), ReadLevel.LINEARIZABLE);
        } else if (dice < 85) {
            return new Request.Read(Op.Range.of(range()), ReadLevel.SERIALIZABLE);
        } else if (dice < 88) {
            long past = simulation.between(Math.max(1, floor - 20), floor);
            return new Request.Read(Op.Range.of(range(), past, 0), ReadLevel.LINEARIZABLE);
        } else if (dice < 98 && !leases.isEmpty()) {
            return new Request.Renew(simulation.pick(leases));
        }
        return new Request.Compact(simulation.between(Math.max(1, floor - 30), floor));
    }

    /** Each can be told from every other by something in it that carries the call's number. */
    private Command write(int dice, int number) {
        Bytes mark = Bytes.utf8("#" + number);
        if (dice < 20) {
            return new Command.Write(Txn.of(Op.Put.of(key(), mark)));
        } else if (dice < 30) {
            Compare guess = Compare.modRevision(key(), simulation.between(Math.max(0, floor - 3), floor));
            return new Command.Write(new Txn(
                    List.of(guess), List.of(Op.Put.of(guess.range().from(), mark)), List.of(Op.Range.of(range()))));
        } else if (dice < 38) {
            Compare nothing = Compare.number(mark, Compare.Target.VERSION, Compare.Relation.EQUAL, 0);
            return new Command.Write(
                    new Txn(List.of(nothing), List.of(new Op.DeleteRange(range(), simulation.chance(0.5))), List.of()));
        } else if (dice < 43) {
            return new Command.Write(new Txn(
                    List.of(),
                    List.of(Op.Put.of(Bytes.utf8("k0"), mark), Op.Put.of(Bytes.utf8("k1"), mark)),
                    List.of()));
        } else if (dice < 47 || leases.isEmpty()) {
            leases.add(1_000L + number);
            return new Command.LeaseGrant(1_000L + number, simulation.between(2, 8));
        } else if (dice < 54) {
            return new Command.Write(Txn.of(Op.Put.of(key(), mark, simulation.pick(leases))));
        }
        return new Command.LeaseRevoke(leases.remove(simulation.random().nextInt(leases.size())));
    }

    private Bytes key() {
        return Bytes.utf8("k" + simulation.random().nextInt(KEYS));
    }

    private KeyRange range() {
        return simulation.chance(0.6)
                ? KeyRange.single(key())
                : simulation.chance(0.5) ? KeyRange.all() : KeyRange.prefix(Bytes.utf8("k"));
    }

    /** Whether a result says that something was changed. */
    static boolean changed(Object result) {
        return result instanceof TxnResult txn
                && txn.results().stream()
                        .anyMatch(each -> each instanceof OpResult.Put
                                || each instanceof OpResult.DeleteRange delete && delete.deleted() > 0);
    }
}

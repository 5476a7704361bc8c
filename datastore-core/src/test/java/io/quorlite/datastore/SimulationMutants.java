package io.quorlite.datastore;

import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.memory.MemoryReplication;
import io.quorlite.sqlite.HistoryBatch;
import io.quorlite.sqlite.Store;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Defects to plant, each of a kind that databases were shipped with. */
final class SimulationMutants {
    private SimulationMutants() {}

    /** By what they do wrong. */
    static Map<String, SimulationMutant> all() {
        Map<String, SimulationMutant> all = new LinkedHashMap<>();
        all.put("a read skips the barrier", network(SkipsBarrier::new));
        all.put("who believes to lead confirms its own reads", network(ConfirmsItself::new));
        all.put("an unknown outcome is called a refusal", network(CallsUnknownRefused::new));
        all.put("a proposal is sent twice", network(SendsTwice::new));
        all.put("the leases' clock runs fast", new SimulationMutant() {
            @Override
            public long clock(long nanos) {
                return nanos + nanos / 2;
            }
        });
        all.put("catching up drops an event", store("history", SimulationMutants::withoutLastEvent));
        all.put("events come without the version before", store("previous", previous -> null));
        all.put(
                "what is persisted is not",
                store((method, proceed) ->
                        method.getName().equals("persist") ? appliedIndexOf(proceed) : proceed.call()));
        all.put(
                "leases are lost with a restart",
                store((method, proceed) -> method.getName().equals("restoreLeases") ? null : proceed.call()));
        all.put("a batch is committed with an older index", olderIndex());
        all.put("a replica now and then keeps another value", otherValues());
        return all;
    }

    private interface Network {
        SimulatedReplication of(SimulatedMember member, SimulatedCluster cluster, MemoryReplication log);
    }

    private static SimulationMutant network(Network made) {
        return new SimulationMutant() {
            @Override
            public SimulatedReplication network(
                    SimulatedMember member, SimulatedCluster cluster, MemoryReplication log) {
                return made.of(member, cluster, log);
            }
        };
    }

    private static final class SkipsBarrier extends SimulatedReplication {
        SkipsBarrier(SimulatedMember member, SimulatedCluster cluster, MemoryReplication log) {
            super(member, cluster, log);
        }

        @Override
        public CompletableFuture<Long> readBarrier() {
            return CompletableFuture.completedFuture(0L);
        }
    }

    private static final class ConfirmsItself extends SimulatedReplication {
        private final SimulatedMember member;

        ConfirmsItself(SimulatedMember member, SimulatedCluster cluster, MemoryReplication log) {
            super(member, cluster, log);
            this.member = member;
        }

        @Override
        public CompletableFuture<Long> readBarrier() {
            return status().isLeader()
                    ? CompletableFuture.completedFuture(member.replica().appliedIndex())
                    : super.readBarrier();
        }
    }

    private static final class CallsUnknownRefused extends SimulatedReplication {
        CallsUnknownRefused(SimulatedMember member, SimulatedCluster cluster, MemoryReplication log) {
            super(member, cluster, log);
        }

        @Override
        void tellLost(ProposalListener listener, ReplicationException reason) {
            listener.refused(reason);
        }
    }

    private static final class SendsTwice extends SimulatedReplication {
        private static final ProposalListener UNHEARD = new ProposalListener() {
            @Override
            public void sent(long term) {}

            @Override
            public void refused(ReplicationException reason) {}

            @Override
            public void unknown(ReplicationException reason) {}
        };

        SendsTwice(SimulatedMember member, SimulatedCluster cluster, MemoryReplication log) {
            super(member, cluster, log);
        }

        @Override
        public void propose(byte[] entry, ProposalListener listener) {
            super.propose(entry, listener);
            super.propose(entry.clone(), UNHEARD);
        }
    }

    /** What a method of the store would do. */
    private interface Proceed {
        @Nullable Object call() throws Throwable;
    }

    private interface Harm {
        @Nullable Object call(Method method, Proceed proceed) throws Throwable;
    }

    private static SimulationMutant store(Harm harm) {
        return new SimulationMutant() {
            @Override
            public Store store(Store real) {
                return harmed(
                        Store.class,
                        real,
                        (method, arguments) -> harm.call(method, new StoreCall(real, method, arguments)));
            }
        };
    }

    private static SimulationMutant store(String name, Function<Object, @Nullable Object> answer) {
        return store((method, proceed) -> {
            Object truth = proceed.call();
            return method.getName().equals(name) && truth != null ? answer.apply(truth) : truth;
        });
    }

    private record StoreCall(Object real, Method method, Object[] arguments) implements Proceed {
        @Override
        public @Nullable Object call() throws Throwable {
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    private interface Handler {
        @Nullable Object call(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T harmed(Class<T> port, T real, Handler handler) {
        return port.cast(Proxy.newProxyInstance(
                port.getClassLoader(),
                new Class<?>[] {port},
                (proxy, method, arguments) -> handler.call(method, arguments)));
    }

    private static Object appliedIndexOf(Proceed proceed) {
        return ((Store) ((StoreCall) proceed).real()).position().appliedIndex();
    }

    private static Object withoutLastEvent(Object batch) {
        HistoryBatch read = (HistoryBatch) batch;
        return read.events().isEmpty()
                ? read
                : new HistoryBatch(read.events().subList(0, read.events().size() - 1), read.nextRevision());
    }

    private static SimulationMutant olderIndex() {
        return new SimulationMutant() {
            @Override
            public Store store(Store real) {
                return harmed(Store.class, real, (method, arguments) -> {
                    if (method.getName().equals("commit") && (long) arguments[0] > 1) {
                        arguments[0] = (long) arguments[0] - 1;
                    }
                    return new StoreCall(real, method, arguments).call();
                });
            }
        };
    }

    private static SimulationMutant otherValues() {
        int[] appended = new int[1];
        return new SimulationMutant() {
            @Override
            public Store store(Store real) {
                KeySpace keys = harmed(KeySpace.class, real.keySpace(), (method, arguments) -> {
                    if (method.getName().equals("append") && ++appended[0] % 100 == 0) {
                        KeyValue kv = (KeyValue) arguments[1];
                        arguments[1] = kv.isTombstone()
                                ? kv
                                : new KeyValue(
                                        kv.key(),
                                        kv.key(),
                                        kv.createRevision(),
                                        kv.modRevision(),
                                        kv.version(),
                                        kv.lease());
                    }
                    return new StoreCall(real.keySpace(), method, arguments).call();
                });
                return harmed(
                        Store.class,
                        real,
                        (method, arguments) -> method.getName().equals("keySpace")
                                ? keys
                                : new StoreCall(real, method, arguments).call());
            }
        };
    }
}

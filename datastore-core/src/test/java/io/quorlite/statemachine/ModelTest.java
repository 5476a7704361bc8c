package io.quorlite.statemachine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.command.Command;
import io.quorlite.command.CommandArbitraries;
import io.quorlite.lease.Lease;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MapKeySpace;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.RangeEvaluator;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnEvaluator;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.system.SystemTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The state machine and the readers against {@link NaiveStore}, which does the same as plainly as possible. */
class ModelTest {
    /** One thing done to both: a command, or a read outside the log. */
    sealed interface Step permits Apply, Read, ReadTxn {}

    record Apply(Command command) implements Step {}

    record Read(Op.Range range) implements Step {}

    record ReadTxn(Txn txn) implements Step {}

    @Property(tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void answersAsTheModelDoes(@ForAll("sequences") List<Step> steps) {
        new Comparison().run(steps); // all tries share one instance of this class
    }

    @Provide
    Arbitrary<List<Step>> sequences() {
        Arbitrary<Step> steps = Arbitraries.frequencyOf(
                Tuple.of(8, CommandArbitraries.commands().map(Apply::new)),
                Tuple.of(2, CommandArbitraries.ranges().map(Read::new)),
                Tuple.of(1, readOnlyTxns().map(ReadTxn::new)));
        return Combinators.combine(
                        CommandArbitraries.beginnings(),
                        steps.list().ofMinSize(3).ofMaxSize(10))
                .as((beginning, rest) -> {
                    List<Step> all = new ArrayList<>();
                    beginning.forEach(command -> all.add(new Apply(command)));
                    all.addAll(rest);
                    return all;
                });
    }

    private static Arbitrary<Txn> readOnlyTxns() {
        return CommandArbitraries.txns().map(ModelTest::withoutWrites);
    }

    private static Txn withoutWrites(Txn txn) {
        return new Txn(txn.compares(), withoutWrites(txn.success()), withoutWrites(txn.failure()));
    }

    private static List<Op> withoutWrites(List<Op> ops) {
        List<Op> reads = new ArrayList<>();
        for (Op op : ops) {
            if (op instanceof Op.Range) {
                reads.add(op);
            } else if (op instanceof Op.Nested nested) {
                reads.add(new Op.Nested(withoutWrites(nested.txn())));
            }
        }
        return reads;
    }

    /** Both stores, from empty. */
    private static final class Comparison {
        private final MapKeySpace keys = new MapKeySpace();
        private final MemoryLeaseStore store = new MemoryLeaseStore();
        private final KvStateMachine machine = over(keys, store, 0);
        private final NaiveStore model = new NaiveStore();

        void run(List<Step> steps) {
            for (Step step : steps) {
                assertThat(answer(step)).as("%s", step).isEqualTo(answerOfModel(step));
                assertThat(stateNow())
                        .as("state after %s", step)
                        .isEqualTo(new ArrayList<>(model.newest().values()));
                assertThat(keys.currentRevision()).isEqualTo(model.current());
            }
            everyReadableRevisionIsAsTheModelRemembers();
            leasesAreThoseOfTheModel();
        }

        private Object answer(Step step) {
            if (step instanceof Apply apply) {
                Outcome outcome = machine.apply(apply.command());
                return outcome instanceof Outcome.Refused refused
                        ? refused.reason().kind()
                        : outcome;
            }
            return orKind(() -> step instanceof Read read
                    ? RangeEvaluator.range(keys, read.range(), keys.currentRevision())
                    : TxnEvaluator.read(keys, ((ReadTxn) step).txn(), keys.currentRevision()));
        }

        private Object answerOfModel(Step step) {
            return orKind(() -> {
                if (step instanceof Apply apply) {
                    return answerOfModel(apply.command());
                }
                return step instanceof Read read ? model.range(read.range()) : model.txn(((ReadTxn) step).txn());
            });
        }

        private Object answerOfModel(Command command) {
            if (command instanceof Command.Write write) {
                TxnResult result = model.txn(write.txn());
                return new Outcome.Written(result, model.events);
            }
            if (command instanceof Command.LeaseGrant grant) {
                model.grant(grant.id());
                return new Outcome.LeaseGranted(new Lease(grant.id(), grant.ttlSeconds(), 0));
            }
            if (command instanceof Command.LeaseRevoke revoke) {
                long revision = model.revoke(revoke.id());
                return new Outcome.LeaseRevoked(revoke.id(), revision, model.events);
            }
            if (command instanceof Command.Compact compact) {
                return new Outcome.Compacted(compact.revision(), model.compact(compact.revision()));
            }
            Command.LeaseCheckpoint.Remaining only =
                    ((Command.LeaseCheckpoint) command).leases().get(0);
            return new Outcome.LeasesCheckpointed(
                    model.leases.contains(only.id())
                            ? List.of(new Lease(only.id(), 60, only.remainingSeconds()))
                            : List.of());
        }

        private static Object orKind(Supplier<Object> answer) {
            try {
                return answer.get();
            } catch (MvccException refused) {
                return refused.kind();
            }
        }

        private List<KeyValue> stateNow() {
            return RangeEvaluator.range(keys, Op.Range.of(KeyRange.all()), keys.currentRevision())
                    .kvs();
        }

        private void everyReadableRevisionIsAsTheModelRemembers() {
            for (long revision = Math.max(1, model.compacted); revision <= model.current(); revision++) {
                RangeResult found =
                        RangeEvaluator.range(keys, Op.Range.of(KeyRange.all(), revision, 0), keys.currentRevision());
                assertThat(found.kvs())
                        .as("revision %d", revision)
                        .isEqualTo(new ArrayList<>(
                                model.states.floorEntry(revision).getValue().values()));
            }
        }

        private void leasesAreThoseOfTheModel() {
            assertThat(machine.leases().all()).extracting(Lease::id).containsExactlyElementsOf(model.leases);
            assertThat(store.rows()).isEqualTo(machine.leases().all());
            for (long lease : model.leases) {
                assertThat(machine.leases().keysOf(lease)).isEqualTo(model.keysOf(lease));
            }
            KvStateMachine reopened = over(keys, store, machine.stateHash());
            for (long lease : model.leases) {
                assertThat(reopened.leases().keysOf(lease)).isEqualTo(model.keysOf(lease));
            }
        }

        private static KvStateMachine over(MapKeySpace keys, MemoryLeaseStore store, long stateHash) {
            return KvStateMachine.over(
                    keys,
                    store,
                    new MemorySystemStore(),
                    KvStateMachine.leasesOf(store.rows(), keys),
                    SystemTable.of(List.of()),
                    stateHash);
        }
    }
}

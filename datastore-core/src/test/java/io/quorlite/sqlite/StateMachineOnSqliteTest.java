package io.quorlite.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.command.Command;
import io.quorlite.command.CommandArbitraries;
import io.quorlite.lease.Lease;
import io.quorlite.lease.LeaseTable;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.MapKeySpace;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.RangeEvaluator;
import io.quorlite.statemachine.KvStateMachine;
import io.quorlite.statemachine.MemoryLeaseStore;
import io.quorlite.statemachine.MemorySystemStore;
import io.quorlite.statemachine.Outcome;
import io.quorlite.system.SystemTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The state machine on SQLite and on maps: the same commands have the same outcomes, rows, leases and hashes. */
class StateMachineOnSqliteTest {
    /**
     * @param commands one batch
     * @param reads what readers ask afterwards
     * @param sliceRows how much of a compaction is done then
     * @param reopen whether the store is left without a close and opened again
     */
    record Step(List<Command> commands, List<Op.Range> reads, int sliceRows, boolean reopen) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.frequencyOf(
                                        Tuple.of(9, CommandArbitraries.commands()),
                                        Tuple.of(1, CommandArbitraries.systemWrites()))
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(6),
                        CommandArbitraries.ranges().list().ofMaxSize(3),
                        Arbitraries.integers().between(0, 5),
                        Arbitraries.integers().between(0, 12).map(one -> one == 0))
                .as(Step::new);
        return Combinators.combine(
                        CommandArbitraries.beginnings(),
                        step.list().ofMinSize(1).ofMaxSize(15))
                .as((beginning, rest) -> {
                    List<Step> all = new ArrayList<>(List.of(new Step(beginning, List.of(), 0, false)));
                    all.addAll(rest);
                    return all;
                });
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void doesOnSqliteWhatItDoesOnMaps(@ForAll("steps") List<Step> steps) throws IOException {
        Path directory = Files.createTempDirectory("state-machine");
        MapKeySpace keys = new MapKeySpace();
        MemoryLeaseStore leases = new MemoryLeaseStore();
        MemorySystemStore records = new MemorySystemStore();
        KvStateMachine model =
                KvStateMachine.over(keys, leases, records, new LeaseTable(), SystemTable.of(List.of()), 0);
        SqliteStore store = SqliteStore.open(directory.resolve("store.db"), 1, e -> {});
        try {
            KvStateMachine machine = machineOver(store);
            long index = 0;
            for (Step step : steps) {
                store.begin();
                for (Command command : step.commands()) {
                    assertThat(comparable(machine.apply(command)))
                            .as("%s", command)
                            .isEqualTo(comparable(model.apply(command)));
                }
                store.commit(++index, 1, machine.stateHash());
                if (step.sliceRows() > 0) {
                    store.compactSlice(step.sliceRows());
                }
                if (step.reopen()) {
                    store.abandon();
                    store = SqliteStore.open(directory.resolve("store.db"), 1, e -> {});
                    machine = machineOver(store);
                    assertThat(machine.leases().all()).isEqualTo(model.leases().all());
                    assertThat(machine.records().list("")).isEqualTo(records.rows());
                }
                assertThat(machine.stateHash()).isEqualTo(model.stateHash());
                compareReads(step.reads(), store, keys);
                compareLeases(machine, model);
            }
        } finally {
            store.close();
            StoreModelTest.deleteAll(directory);
        }
    }

    private static KvStateMachine machineOver(SqliteStore store) {
        List<Lease> leases = new ArrayList<>();
        store.restoreLeases(leases::add, (key, lease) -> {});
        return KvStateMachine.over(
                store.keySpace(),
                store,
                store,
                KvStateMachine.leasesOf(leases, store.keySpace()),
                SystemTable.of(store.takeRecords()),
                store.position().stateHash());
    }

    private static Object comparable(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused ? refused.reason().kind() : outcome;
    }

    private static void compareReads(List<Op.Range> reads, SqliteStore store, KeySpace model) {
        assertThat(store.position().revision()).isEqualTo(model.currentRevision());
        assertThat(store.position().compactRevision()).isEqualTo(model.compactRevision());
        for (Op.Range read : reads) {
            Object found;
            try {
                found = store.<Object>read(view -> RangeEvaluator.range(view, read, view.currentRevision()));
            } catch (MvccException refused) {
                found = refused.kind();
            }
            Object expected;
            try {
                expected = RangeEvaluator.range(model, read, model.currentRevision());
            } catch (MvccException refused) {
                expected = refused.kind();
            }
            assertThat(found).as("%s", read).isEqualTo(expected);
        }
    }

    private static void compareLeases(KvStateMachine machine, KvStateMachine model) {
        assertThat(machine.leases().all()).isEqualTo(model.leases().all());
        for (Lease lease : model.leases().all()) {
            assertThat(machine.leases().keysOf(lease.id()))
                    .isEqualTo(model.leases().keysOf(lease.id()));
        }
    }
}

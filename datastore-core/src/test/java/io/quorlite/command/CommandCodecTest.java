package io.quorlite.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.Txn;
import io.quorlite.system.SystemTxn;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CommandCodecTest {
    private static final Bytes KEY = Bytes.utf8("/registry/pods/a");
    private static final Bytes VALUE = Bytes.utf8("value");

    @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
    void readsWhatItWrote(@ForAll("batches") List<Proposal> batch) {
        byte[] entry = CommandCodec.encode(batch);

        assertThat(CommandCodec.decode(entry)).isEqualTo(batch);
        assertThat(CommandCodec.encode(CommandCodec.decode(entry))).isEqualTo(entry);
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void refusesEveryEntryCutShort(@ForAll("batches") List<Proposal> batch) {
        byte[] entry = CommandCodec.encode(batch);

        for (int length = 0; length < entry.length; length++) {
            byte[] cut = Arrays.copyOf(entry, length);
            assertThatThrownBy(() -> CommandCodec.decode(cut)).isInstanceOf(MalformedCommandException.class);
        }
    }

    /** Whatever a flipped byte makes of it: another batch, or a clear refusal; no other exception, no huge allocation. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void staysWithinItsBoundsOnDamage(@ForAll("batches") List<Proposal> batch, @ForAll int seed) {
        byte[] entry = CommandCodec.encode(batch);

        for (int i = 0; i < entry.length; i++) {
            byte[] damaged = entry.clone();
            damaged[i] ^= (byte) (1 + Math.floorMod(seed + i, 255));
            decodeOrRefuse(damaged);
        }
    }

    @Property(tries = 2_000)
    void staysWithinItsBoundsOnGarbage(@ForAll byte[] garbage) {
        decodeOrRefuse(garbage);
        byte[] withHeader = new byte[garbage.length + 5];
        withHeader[0] = CommandCodec.VERSION;
        withHeader[4] = 3;
        System.arraycopy(garbage, 0, withHeader, 5, garbage.length);
        decodeOrRefuse(withHeader);
    }

    private static void decodeOrRefuse(byte[] bytes) {
        try {
            assertThat(CommandCodec.decode(bytes)).isNotNull();
        } catch (MalformedCommandException refused) {
            assertThat(refused).hasMessageMatching(".+");
        }
    }

    @Test
    void refusesAnUnknownVersionByName() {
        byte[] entry = CommandCodec.encode(List.of());
        entry[0] = 9;

        assertThatThrownBy(() -> CommandCodec.decode(entry))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessage("entry in format version 9, this build reads version 1");
    }

    @Test
    void refusesBytesBehindTheLastProposal() {
        byte[] entry = CommandCodec.encode(List.of(proposal(new Command.Compact(1))));

        assertThatThrownBy(() -> CommandCodec.decode(Arrays.copyOf(entry, entry.length + 1)))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("1 bytes too many");
    }

    @Test
    void refusesACountThatCannotBe() {
        byte[] entry = {CommandCodec.VERSION, (byte) 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};

        assertThatThrownBy(() -> CommandCodec.decode(entry))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("batch of 2147483647 proposals");
    }

    @Test
    void refusesNestingThatNoStackShouldBearBothWays() {
        Txn deepest = Txn.of(new Op.DeleteRange(KeyRange.single(KEY), false));
        for (int i = 0; i < Txn.DEPTH_MAX; i++) {
            deepest = new Txn(List.of(), List.of(new Op.Nested(deepest)), List.of(new Op.Nested(Txn.of(put(0)))));
        }
        Proposal deep = proposal(new Command.Write(deepest));
        assertThat(CommandCodec.decode(CommandCodec.encode(List.of(deep)))).containsExactly(deep);

        Txn tooDeep = new Txn(List.of(), List.of(new Op.Nested(deepest), put(0)), List.of());
        CommandCodec.Batch batch = new CommandCodec.Batch();
        batch.add(deep);
        int size = batch.sizeBytes();
        assertThatThrownBy(() -> batch.add(proposal(new Command.Write(tooDeep))))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(batch.sizeBytes()).isEqualTo(size);
        assertThat(CommandCodec.decode(batch.finish())).containsExactly(deep);
    }

    @Test
    void refusesRecordsBeyondTheirLimits() {
        Proposal write = proposal(new Command.SystemWrite(SystemTxn.put("name", VALUE)));
        byte[] entry = CommandCodec.encode(List.of(write));
        int name = new String(entry, StandardCharsets.ISO_8859_1).indexOf("name");

        byte[] blank = entry.clone();
        blank[name] = ' ';
        assertThatThrownBy(() -> CommandCodec.decode(blank))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("not a record's name: ' ame'");
        byte[] ofLaterFormat = entry.clone();
        ofLaterFormat[name - 4] = 2;
        assertThatThrownBy(() -> CommandCodec.decode(ofLaterFormat))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining("system write of format 2, this build reads format 1");
    }

    @Test
    void startsAfreshAfterFinish() {
        CommandCodec.Batch batch = new CommandCodec.Batch();
        batch.add(proposal(new Command.Compact(1)));
        batch.finish();

        batch.add(proposal(new Command.Compact(2)));

        assertThat(batch.count()).isEqualTo(1);
        assertThat(CommandCodec.decode(batch.finish())).containsExactly(proposal(new Command.Compact(2)));
    }

    @Test
    void spendsFewBytesOnASinglePut() {
        Bytes kilobyte = Bytes.wrap(new byte[1_024]);

        byte[] entry = CommandCodec.encode(List.of(proposal(new Command.Write(Txn.of(Op.Put.of(KEY, kilobyte))))));

        assertThat(entry.length).isLessThanOrEqualTo(KEY.length() + kilobyte.length() + 24);
    }

    /** Logs and databases outlive builds: these files may be added to, never changed. */
    @Test
    void readsAndWritesTheGoldenFiles() throws IOException {
        for (Map.Entry<String, List<Proposal>> golden : goldenBatches().entrySet()) {
            byte[] file = resource("/golden/v1/" + golden.getKey() + ".bin");
            assertThat(CommandCodec.decode(file)).as(golden.getKey()).isEqualTo(golden.getValue());
            assertThat(CommandCodec.encode(golden.getValue()))
                    .as(golden.getKey())
                    .isEqualTo(file);
        }
    }

    static Map<String, List<Proposal>> goldenBatches() {
        Map<String, List<Proposal>> batches = new TreeMap<>();
        batches.put("empty", List.of());
        batches.put(
                "single-ops",
                List.of(
                        proposal(new Command.Write(Txn.of(Op.Put.of(KEY, VALUE)))),
                        proposal(new Command.Write(Txn.of(new Op.Put(KEY, VALUE, -5, true, true, true)))),
                        proposal(new Command.Write(Txn.of(new Op.DeleteRange(KeyRange.fromKey(KEY), true))))));
        batches.put(
                "leases",
                List.of(
                        proposal(new Command.LeaseGrant(0x7123456789abcdefL, 3_600)),
                        proposal(new Command.LeaseRevoke(-1)),
                        proposal(new Command.LeaseCheckpoint(List.of(
                                new Command.LeaseCheckpoint.Remaining(7, 300),
                                new Command.LeaseCheckpoint.Remaining(8, 0))))));
        batches.put("compact", List.of(proposal(new Command.Compact(123_456_789))));
        batches.put(
                "system",
                List.of(proposal(new Command.SystemWrite(new SystemTxn(
                        List.of(new SystemTxn.Condition("token/3f2a", 3), new SystemTxn.Condition("node/1", 0)),
                        List.of(new SystemTxn.Change("token/3f2a", null), new SystemTxn.Change("node/1", VALUE)))))));
        batches.put("txn", List.of(proposal(new Command.Write(goldenTxn()))));
        return batches;
    }

    /** Every target, relation, order, kind of range and kind of operation. */
    private static Txn goldenTxn() {
        List<Compare> compares = new ArrayList<>();
        for (Compare.Target target : List.of(
                Compare.Target.VERSION,
                Compare.Target.CREATE_REVISION,
                Compare.Target.MOD_REVISION,
                Compare.Target.LEASE)) {
            compares.add(Compare.number(KEY, target, Compare.Relation.GREATER, 300));
        }
        for (Compare.Relation relation : List.of(
                Compare.Relation.EQUAL, Compare.Relation.GREATER, Compare.Relation.LESS, Compare.Relation.NOT_EQUAL)) {
            compares.add(new Compare(KeyRange.prefix(KEY), Compare.Target.VALUE, relation, 0, VALUE));
        }
        List<Op> ranges = new ArrayList<>();
        for (Op.SortTarget target : List.of(
                Op.SortTarget.KEY,
                Op.SortTarget.VERSION,
                Op.SortTarget.CREATE_REVISION,
                Op.SortTarget.MOD_REVISION,
                Op.SortTarget.VALUE)) {
            ranges.add(
                    new Op.Range(KeyRange.fromKey(KEY), 7, 500, target, Op.SortOrder.DESCEND, true, false, 0, 0, 0, 0));
        }
        ranges.add(new Op.Range(
                KeyRange.single(KEY), -1, -1, Op.SortTarget.KEY, Op.SortOrder.ASCEND, false, true, 1, 2, 3, 4));
        Txn inner = new Txn(List.of(), List.of(put(9)), List.of(new Op.DeleteRange(KeyRange.prefix(KEY), false)));
        return new Txn(compares, ranges, List.of(new Op.Nested(inner), put(0)));
    }

    @Provide
    Arbitrary<List<Proposal>> batches() {
        Arbitrary<Command> commands = Arbitraries.oneOf(
                CommandArbitraries.commands(),
                CommandArbitraries.systemWrites(),
                CommandArbitraries.systemWrites().map(write -> new Command.InTerm(5, write)),
                Arbitraries.longs().map(Command.Compact::new),
                Arbitraries.longs().map(Command.LeaseRevoke::new),
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(Command.LeaseGrant::new));
        return Combinators.combine(Arbitraries.longs(), Arbitraries.longs(), commands)
                .as((origin, sequence, command) -> new Proposal(new RequestId(origin, sequence), command))
                .list()
                .ofMaxSize(4);
    }

    private static Op.Put put(long lease) {
        return Op.Put.of(KEY, VALUE, lease);
    }

    private static Proposal proposal(Command command) {
        return new Proposal(new RequestId(0x0123456789abcdefL, 1_000), command);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = CommandCodecTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("no resource " + name);
            }
            return in.readAllBytes();
        }
    }
}

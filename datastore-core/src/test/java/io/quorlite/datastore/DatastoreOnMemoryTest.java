package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.Compare;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Op;
import io.quorlite.mvcc.OpResult;
import io.quorlite.mvcc.RangeResult;
import io.quorlite.mvcc.Txn;
import io.quorlite.mvcc.TxnResult;
import io.quorlite.replication.memory.MemoryReplication;
import io.quorlite.system.SystemTxn;
import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchRequest;
import io.quorlite.watch.WatchStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of a member but for the Raft engine. */
class DatastoreOnMemoryTest {
    @TempDir
    Path temp;

    private Datastore store;

    @BeforeEach
    void open() throws Exception {
        store = open(DatastoreConfig.builder(temp));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static Datastore open(DatastoreConfig.Builder config) throws Exception {
        return Datastore.open(config.build(), (settings, identity, directory) -> MemoryReplication.single());
    }

    @Test
    void anEmptyStoreIsAtRevisionOne() throws Exception {
        RangeResult all = get(store.range(Op.Range.of(KeyRange.all()), ReadLevel.LINEARIZABLE));

        assertThat(all).isEqualTo(new RangeResult(1, List.of(), 0, false));
        assertThat(store.revision()).isEqualTo(1);
    }

    @Test
    void putsAreReadBackWithTheirRevisions() throws Exception {
        put("a", "1");
        put("b", "2");
        long revision = put("a", "3");

        RangeResult range = get(store.range(Op.Range.of(KeyRange.all()), ReadLevel.SERIALIZABLE));

        assertThat(revision).isEqualTo(4);
        assertThat(range.kvs())
                .containsExactly(
                        new KeyValue(key("a"), key("3"), 2, 4, 2, 0), new KeyValue(key("b"), key("2"), 3, 3, 1, 0));
        RangeResult old = get(store.range(Op.Range.of(KeyRange.single(key("a")), 3, 0), ReadLevel.LINEARIZABLE));
        assertThat(old.kvs()).extracting(KeyValue::value).containsExactly(key("1"));
        assertThat(old.revision()).isEqualTo(4);
    }

    @Test
    void deletesCountAndReturnWhatTheyRemoved() throws Exception {
        put("a", "1");
        put("b", "2");

        OpResult.DeleteRange deleted = get(store.delete(new Op.DeleteRange(KeyRange.all(), true)));

        assertThat(deleted.deleted()).isEqualTo(2);
        assertThat(deleted.revision()).isEqualTo(4);
        assertThat(deleted.prevKvs()).extracting(KeyValue::key).containsExactly(key("a"), key("b"));
        assertThat(get(store.delete(new Op.DeleteRange(KeyRange.all(), false))).revision())
                .isEqualTo(4);
    }

    @Test
    void transactionsChooseTheirBranch() throws Exception {
        Op.Put create = Op.Put.of(key("a"), key("1"));
        Txn txn = new Txn(
                List.of(Compare.modRevision(key("a"), 0)),
                List.of(create),
                List.of(Op.Range.of(KeyRange.single(key("a")))));

        TxnResult first = get(store.txn(txn, ReadLevel.LINEARIZABLE));
        TxnResult second = get(store.txn(txn, ReadLevel.LINEARIZABLE));

        assertThat(first.succeeded()).isTrue();
        assertThat(first.revision()).isEqualTo(2);
        assertThat(second.succeeded()).isFalse();
        assertThat(second.revision()).isEqualTo(2);
        OpResult.Range found = (OpResult.Range) second.results().get(0);
        assertThat(found.result().kvs()).extracting(KeyValue::value).containsExactly(key("1"));
    }

    @Test
    void readOnlyTransactionsTakeNoPlaceInTheLog() throws Exception {
        put("a", "1");
        long index = store.status().appliedIndex();

        TxnResult read = get(store.txn(Txn.of(Op.Range.of(KeyRange.all())), ReadLevel.LINEARIZABLE));

        assertThat(((OpResult.Range) read.results().get(0)).result().count()).isEqualTo(1);
        assertThat(store.status().appliedIndex()).isEqualTo(index);
    }

    @Test
    void compactionRefusesOlderReadsAndRemovesRows() throws Exception {
        for (int i = 0; i < 20; i++) {
            put("a", "value-" + i);
        }

        assertThat(get(store.compact(15, true))).isEqualTo(21);

        assertThat(Failures.kindOf(store.range(Op.Range.of(KeyRange.all(), 14, 0), ReadLevel.SERIALIZABLE)))
                .isEqualTo(Kind.COMPACTED);
        assertThat(get(store.range(Op.Range.of(KeyRange.all(), 15, 0), ReadLevel.SERIALIZABLE))
                        .kvs())
                .hasSize(1);
        assertThat(Failures.kindOf(store.compact(15, false))).isEqualTo(Kind.COMPACTED);
        assertThat(Failures.kindOf(store.compact(99, false))).isEqualTo(Kind.FUTURE_REVISION);
        assertThat(store.status().compactRevision()).isEqualTo(15);
    }

    @Test
    void watchersSeeEveryRevisionWithTheVersionBefore() throws Exception {
        put("a", "1");
        RecordingSink sink = new RecordingSink();
        try (WatchStream stream = store.watch(sink)) {
            stream.create(new WatchRequest(KeyRange.prefix(key("a")), 2, 0, true, false, false, false));
            put("a", "2");
            put("z", "unwatched");
            get(store.delete(new Op.DeleteRange(KeyRange.single(key("a")), false)));

            List<KeyEvent> events = sink.awaitEvents(3);

            assertThat(events).extracting(event -> event.kv().modRevision()).containsExactly(2L, 3L, 5L);
            assertThat(events.get(0).prevKv()).isNull();
            assertThat(events.get(1).prevKv()).isEqualTo(new KeyValue(key("a"), key("1"), 2, 2, 1, 0));
            assertThat(events.get(2).isDelete()).isTrue();
            assertThat(events.get(2).prevKv()).isEqualTo(new KeyValue(key("a"), key("2"), 2, 3, 2, 0));
        }
    }

    @Test
    void aCompactionInTheSameBatchTakesNoVersionBeforeFromItsWatchers() throws Exception {
        put("a", "1");
        RecordingSink sink = new RecordingSink();
        try (WatchStream stream = store.watch(sink)) {
            stream.create(new WatchRequest(KeyRange.all(), 0, 0, true, false, false, false));
            sink.await(all -> !all.isEmpty());

            // More than may be in flight, so that what follows shares an entry.
            List<CompletableFuture<?>> answers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                answers.add(store.put(Op.Put.of(key("a"), key("value-" + i))));
                if (i % 20 == 19) {
                    answers.add(store.compact(3 + i, false));
                }
            }
            for (CompletableFuture<?> answer : answers) {
                get(answer);
            }

            assertThat(sink.awaitEvents(200)).allMatch(event -> event.prevKv() != null);
        }
    }

    @Test
    void aWatcherOfCompactedHistoryIsTold() throws Exception {
        for (int i = 0; i < 5; i++) {
            put("a", "value-" + i);
        }
        get(store.compact(4, true));
        RecordingSink sink = new RecordingSink();
        try (WatchStream stream = store.watch(sink)) {
            stream.create(WatchRequest.of(KeyRange.all(), 2));

            List<WatchMessage> messages = sink.await(all -> all.size() == 2);

            assertThat(messages.get(1)).isEqualTo(new WatchMessage.Compacted(0, 4));
        }
    }

    @Test
    void leasesCarryKeysAndTakeThemAlong() throws Exception {
        LeaseStatus granted = get(store.grantLease(0, 60));
        get(store.put(Op.Put.of(key("b"), key("2"), granted.id())));
        get(store.put(Op.Put.of(key("a"), key("1"), granted.id())));

        assertThat(granted.grantedTtlSeconds()).isEqualTo(60);
        assertThat(get(store.leases())).containsExactly(granted.id());
        LeaseStatus status = get(store.leaseTimeToLive(granted.id(), true));
        assertThat(status.keys()).containsExactly(key("a"), key("b"));
        assertThat(status.remainingSeconds()).isBetween(50L, 60L);
        assertThat(get(store.keepLeaseAlive(granted.id()))).isEqualTo(60);

        assertThat(get(store.revokeLease(granted.id()))).isEqualTo(4);

        assertThat(get(store.range(Op.Range.count(KeyRange.all()), ReadLevel.LINEARIZABLE))
                        .count())
                .isZero();
        assertThat(get(store.keepLeaseAlive(granted.id()))).isZero();
        assertThat(get(store.leaseTimeToLive(granted.id(), false)).remainingSeconds())
                .isEqualTo(-1);
        assertThat(Failures.kindOf(store.revokeLease(granted.id()))).isEqualTo(Kind.LEASE_NOT_FOUND);
    }

    @Test
    void anExpiredLeaseIsRevokedWithItsKeys() throws Exception {
        RecordingSink sink = new RecordingSink();
        try (WatchStream stream = store.watch(sink)) {
            stream.create(WatchRequest.of(KeyRange.all(), 0));
            LeaseStatus granted = get(store.grantLease(7, 1));
            assertThat(granted.grantedTtlSeconds()).isEqualTo(2);
            get(store.put(Op.Put.of(key("a"), key("1"), 7)));

            List<KeyEvent> events = sink.awaitEvents(2);

            assertThat(events.get(1).isDelete()).isTrue();
            assertThat(get(store.leases())).isEmpty();
        }
    }

    @Test
    void refusesBadLeases() throws Exception {
        get(store.grantLease(7, 60));

        assertThat(Failures.kindOf(store.grantLease(7, 60))).isEqualTo(Kind.LEASE_EXISTS);
        assertThat(Failures.kindOf(store.grantLease(8, 9_000_000_001L))).isEqualTo(Kind.LEASE_TTL_TOO_LARGE);
        assertThat(Failures.kindOf(store.put(Op.Put.of(key("a"), key("1"), 9)))).isEqualTo(Kind.LEASE_NOT_FOUND);
    }

    @Test
    void refusesBadRequests() {
        Op.Put twice = Op.Put.of(key("a"), key("1"));

        assertThat(Failures.kindOf(store.put(Op.Put.of(Bytes.EMPTY, key("1"))))).isEqualTo(Kind.EMPTY_KEY);
        assertThat(Failures.kindOf(
                        store.txn(new Txn(List.of(), List.of(twice, twice), List.of()), ReadLevel.LINEARIZABLE)))
                .isEqualTo(Kind.DUPLICATE_KEY);
        assertThat(Failures.kindOf(store.put(Op.Put.of(key("a"), Bytes.wrap(new byte[2 << 20])))))
                .isEqualTo(Kind.REQUEST_TOO_LARGE);
        assertThat(Failures.kindOf(store.range(Op.Range.of(KeyRange.all(), 9, 0), ReadLevel.LINEARIZABLE)))
                .isEqualTo(Kind.FUTURE_REVISION);
        assertThat(store.revision()).isEqualTo(1);
    }

    @Test
    void aFullQuotaTakesOnlyWhatFreesSpace() throws Exception {
        put("a", "1");
        store.close();
        store = open(DatastoreConfig.builder(temp).quotaBytes(1));

        assertThat(Failures.kindOf(store.put(Op.Put.of(key("b"), key("2"))))).isEqualTo(Kind.NO_SPACE);
        assertThat(Failures.kindOf(store.grantLease(0, 60))).isEqualTo(Kind.NO_SPACE);
        assertThat(store.status().alarms()).containsExactly("NOSPACE");
        assertThat(get(store.delete(new Op.DeleteRange(KeyRange.all(), false))).deleted())
                .isEqualTo(1);
        get(store.compact(3, false));
        assertThat(get(store.system().commit(SystemTxn.put("cluster", key("1")))))
                .isTrue();
    }

    @Test
    void aQuotaThatIsRaisedTakesWritesAgainAtOnce() throws Exception {
        put("a", "1");
        store.quotaBytes(1);
        assertThat(Failures.kindOf(store.put(Op.Put.of(key("b"), key("2"))))).isEqualTo(Kind.NO_SPACE);
        assertThat(store.status().alarms()).containsExactly("NOSPACE");

        store.quotaBytes(1L << 30);

        put("b", "2");
        assertThat(store.status().alarms()).isEmpty();
        assertThat(store.quotaBytes()).isEqualTo(1L << 30);
    }

    @Test
    void restartKeepsEverything() throws Exception {
        get(store.grantLease(7, 600));
        get(store.put(Op.Put.of(key("a"), key("1"), 7)));
        put("b", "2");
        HashResult hash = get(store.hash(0));
        DatastoreStatus before = store.status();

        store.close();
        store = open(DatastoreConfig.builder(temp));

        assertThat(get(store.hash(0))).isEqualTo(hash);
        assertThat(store.status().revision()).isEqualTo(before.revision());
        assertThat(store.status().clusterId()).isEqualTo(before.clusterId());
        assertThat(get(store.leaseTimeToLive(7, true)).keys()).containsExactly(key("a"));
        assertThat(put("c", "3")).isEqualTo(4);
    }

    @Test
    void manyCallersAtOnceGetTheirOwnAnswersWithoutAGap() throws Exception {
        List<CompletableFuture<OpResult.Put>> answers = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            answers.add(store.put(Op.Put.of(key("key-" + i % 50), key("value-" + i))));
        }

        List<Long> revisions = new ArrayList<>();
        for (CompletableFuture<OpResult.Put> answer : answers) {
            revisions.add(get(answer).revision());
        }

        List<Long> expected = new ArrayList<>();
        for (long revision = 2; revision < 2_002; revision++) {
            expected.add(revision);
        }
        assertThat(revisions).isEqualTo(expected);
    }

    @Test
    void aWriteIsVisibleToWhoeverWasToldOfIt() throws Exception {
        for (int i = 0; i < 200; i++) {
            long revision = put("a", "value-" + i);
            RangeResult read = get(store.range(Op.Range.of(KeyRange.single(key("a"))), ReadLevel.SERIALIZABLE));
            assertThat(read.revision()).isEqualTo(revision);
            assertThat(read.kvs()).extracting(KeyValue::modRevision).containsExactly(revision);
        }
    }

    @Test
    void closingEndsEverythingAndIsIdempotent() throws Exception {
        RecordingSink sink = new RecordingSink();
        WatchStream stream = store.watch(sink);
        CompletableFuture<Void> terminated = store.terminated();
        assertThat(terminated).isNotDone();

        store.close();
        store.close();
        stream.close();

        assertThat(terminated).isCompleted();
        assertThat(sink.hasFailed()).isTrue();
        assertThat(Failures.kindOf(store.put(Op.Put.of(key("a"), key("1"))))).isEqualTo(Kind.STOPPED);
        assertThat(Failures.kindOf(store.range(Op.Range.of(KeyRange.all()), ReadLevel.LINEARIZABLE)))
                .isEqualTo(Kind.STOPPED);
    }

    @Test
    void aSecondOpenOfTheDirectoryIsRefused() {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> open(DatastoreConfig.builder(temp)))
                .isInstanceOf(java.io.IOException.class)
                .hasMessageContaining("in use");
        assertThat(store.revision()).isEqualTo(1);
    }

    @Test
    void withoutALeaderWritesAndReadsSayNoLeader() throws Exception {
        store.close();
        MemoryReplication[] log = new MemoryReplication[1];
        var group = new io.quorlite.replication.memory.MemoryGroup(List.of(new io.quorlite.replication.Member(
                1, "one", new io.quorlite.replication.PeerAddress("127.0.0.1", 1), false)));
        DatastoreConfig config = DatastoreConfig.builder(temp)
                .requestTimeout(Duration.ofMillis(300))
                .build();
        store = Datastore.open(config, (settings, identity, directory) -> log[0] = group.member(1));
        put("a", "1");
        group.depose();

        assertThat(Failures.kindOf(store.put(Op.Put.of(key("a"), key("2"))))).isEqualTo(Kind.NO_LEADER);
        assertThat(Failures.kindOf(store.checkLinearizable())).isEqualTo(Kind.NO_LEADER);
        assertThat(get(store.range(Op.Range.of(KeyRange.all()), ReadLevel.SERIALIZABLE))
                        .kvs())
                .extracting(KeyValue::value)
                .containsExactly(key("1"));

        CompletableFuture<OpResult.Put> waiting = store.put(Op.Put.of(key("a"), key("3")));
        group.elect(1);
        assertThat(get(waiting).revision()).isEqualTo(3);
    }

    private long put(String key, String value) throws Exception {
        return get(store.put(Op.Put.of(key(key), key(value)))).revision();
    }

    private static Bytes key(String text) {
        return Bytes.utf8(text);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}

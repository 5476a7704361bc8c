package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;
import static io.quorlite.datastore.TestCluster.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.mvcc.Bytes;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.memory.MemoryGroup;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemRecordsTest {
    private static final Bytes ONE = Bytes.utf8("1");
    private static final Bytes TWO = Bytes.utf8("2");

    @TempDir
    Path temp;

    private final MemoryGroup group = new MemoryGroup(List.of(
            new Member(1, "n1", new PeerAddress("127.0.0.1", 1), false),
            new Member(2, "n2", new PeerAddress("127.0.0.1", 2), true)));

    private Datastore open(long member) throws Exception {
        return Datastore.open(
                DatastoreConfig.builder(temp.resolve("n" + member))
                        .name("n" + member)
                        .build(),
                (config, identity, directory) -> group.member(member));
    }

    @Test
    void changesShowWhereTheyWereMadeWhenTheCallIsAnswered() throws Exception {
        try (Datastore store = open(1)) {
            SystemRecords records = store.system();
            long revision = store.revision();

            assertThat(get(records.commit(SystemTxn.put("token/a", ONE)))).isTrue();

            assertThat(records.get("token/a")).contains(new SystemRecord("token/a", ONE, 1));
            assertThat(get(records.commit(SystemTxn.put("node/1", TWO)))).isTrue();
            assertThat(records.list("")).extracting(SystemRecord::name).containsExactly("node/1", "token/a");
            assertThat(records.list("token/")).hasSize(1);
            assertThat(records.get("token/b")).isEmpty();
            assertThat(store.revision()).isEqualTo(revision);
        }
    }

    @Test
    void aRecordIsConsumedOnceHoweverManyTry() throws Exception {
        try (Datastore store = open(1)) {
            get(store.system().commit(SystemTxn.put("token/a", ONE)));
            SystemTxn consume = new SystemTxn(
                    List.of(new SystemTxn.Condition("token/a", 1)), List.of(new SystemTxn.Change("token/a", null)));

            List<CompletableFuture<Boolean>> tries = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                tries.add(store.system().commit(consume));
            }
            int consumed = 0;
            for (CompletableFuture<Boolean> one : tries) {
                consumed += get(one) ? 1 : 0;
            }

            assertThat(consumed).isEqualTo(1);
            assertThat(store.system().get("token/a")).isEmpty();
        }
    }

    @Test
    void aLearnerChangesRecordsAndSeesWhatOthersChanged() throws Exception {
        try (Datastore leader = open(1);
                Datastore learner = open(2)) {
            get(learner.system().commit(SystemTxn.put("a", ONE)));
            get(leader.system().sync());
            assertThat(leader.system().get("a")).isPresent();

            get(leader.system().commit(SystemTxn.put("a", TWO)));
            get(learner.system().sync());
            assertThat(learner.system().get("a")).contains(new SystemRecord("a", TWO, 2));
        }
    }

    @Test
    void listenersHearOfChangesThatHappenedAndFindThem() throws Exception {
        try (Datastore store = open(1)) {
            List<Optional<SystemRecord>> heard = Collections.synchronizedList(new ArrayList<>());
            store.system().listen(() -> {
                throw new IllegalStateException("a listener's own");
            });
            store.system().listen(() -> heard.add(store.system().get("a")));

            put(store, "key", "value");
            get(store.system().commit(SystemTxn.put("a", ONE)));
            SystemTxn refused =
                    new SystemTxn(List.of(new SystemTxn.Condition("a", 9)), List.of(new SystemTxn.Change("a", TWO)));
            assertThat(get(store.system().commit(refused))).isFalse();
            put(store, "key", "value");

            assertThat(heard).containsExactly(Optional.of(new SystemRecord("a", ONE, 1)));
        }
    }

    @Test
    void recordsOutliveARestart() throws Exception {
        try (Datastore store = open(1)) {
            get(store.system().commit(SystemTxn.put("a", ONE)));
        }
        try (Datastore store = open(1)) {
            assertThat(store.system().get("a")).contains(new SystemRecord("a", ONE, 1));
        }
    }

    @Test
    void refusesWhatDoesNotFitInAnEntry() throws Exception {
        try (Datastore store = open(1)) {
            List<SystemTxn.Change> large = new ArrayList<>();
            for (int i = 0; i < SystemTxn.CHANGES_MAX; i++) {
                large.add(new SystemTxn.Change("a" + i, Bytes.wrap(new byte[SystemTxn.VALUE_BYTES_MAX])));
            }

            assertThat(Failures.kindOf(store.system().commit(new SystemTxn(List.of(), large))))
                    .isEqualTo(DatastoreException.Kind.REQUEST_TOO_LARGE);
        }
    }

    @Test
    void aMemberThatIsSentTheDatabaseHasItsRecordsAndTellsItsListeners() throws Exception {
        try (TestCluster cluster =
                new TestCluster(temp, settings -> settings.snapshotEntries(50).logTailEntries(10)).startAll()) {
            int lagging = cluster.follower();
            get(cluster.member(lagging).system().commit(SystemTxn.put("before", ONE)));
            cluster.stop(lagging);
            Datastore leader = cluster.member(cluster.leader());
            get(leader.system().commit(SystemTxn.put("before", TWO)));
            for (int i = 0; i < 200; i++) {
                put(leader, "key", "value-" + i);
            }
            for (Datastore store : cluster.members()) {
                get(store.compactLog());
            }

            Datastore back = cluster.start(lagging);
            AtomicInteger heard = new AtomicInteger();
            back.system().listen(heard::incrementAndGet);

            get(back.system().sync());
            assertThat(back.system().get("before")).contains(new SystemRecord("before", TWO, 2));
            await("news of the copy", () -> heard.get() > 0);
            get(back.system().commit(SystemTxn.put("after", ONE)));
            cluster.awaitEqual();
        }
    }
}

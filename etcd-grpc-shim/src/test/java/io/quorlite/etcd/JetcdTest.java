package io.quorlite.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** etcd's Java client works unchanged. */
@Timeout(60)
class JetcdTest {
    @TempDir
    Path folder;

    private Datastore store;
    private EtcdServer server;
    private Client client;

    @BeforeEach
    void start() throws Exception {
        store = Datastore.open(DatastoreConfig.inDirectory(folder));
        server = EtcdServer.start(
                store, EtcdServerConfig.builder().listen("127.0.0.1", 0).build());
        client = Client.builder().endpoints("http://127.0.0.1:" + server.port()).build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        store.close();
    }

    @Test
    void putsGetsAndDeletes() throws Exception {
        KV kv = client.getKVClient();

        kv.put(bytes("a/1"), bytes("one")).get();
        kv.put(bytes("a/2"), bytes("two")).get();
        var both =
                kv.get(bytes("a/"), GetOption.builder().isPrefix(true).build()).get();
        var deleted = kv.delete(
                        bytes("a/"),
                        DeleteOption.builder().isPrefix(true).withPrevKV(true).build())
                .get();

        assertThat(both.getKvs())
                .extracting(found -> found.getValue().toString(UTF_8))
                .containsExactly("one", "two");
        assertThat(both.getHeader().getRevision()).isEqualTo(3);
        assertThat(deleted.getDeleted()).isEqualTo(2);
        assertThat(deleted.getPrevKvs()).hasSize(2);
        assertThat(kv.get(bytes("a/1")).get().getKvs()).isEmpty();
    }

    @Test
    void runsTransactions() throws Exception {
        KV kv = client.getKVClient();
        kv.put(bytes("balance"), bytes("10")).get();

        TxnResponse taken = kv.txn()
                .If(new Cmp(bytes("balance"), Cmp.Op.EQUAL, CmpTarget.value(bytes("10"))))
                .Then(Op.put(bytes("balance"), bytes("7"), PutOption.DEFAULT))
                .Else(Op.get(bytes("balance"), GetOption.DEFAULT))
                .commit()
                .get();
        TxnResponse refused = kv.txn()
                .If(new Cmp(bytes("balance"), Cmp.Op.EQUAL, CmpTarget.value(bytes("10"))))
                .Then(Op.put(bytes("balance"), bytes("4"), PutOption.DEFAULT))
                .Else(Op.get(bytes("balance"), GetOption.DEFAULT))
                .commit()
                .get();

        assertThat(taken.isSucceeded()).isTrue();
        assertThat(refused.isSucceeded()).isFalse();
        assertThat(refused.getGetResponses().get(0).getKvs().get(0).getValue().toString(UTF_8))
                .isEqualTo("7");
    }

    @Test
    void watchesThePastAndWhatFollows() throws Exception {
        KV kv = client.getKVClient();
        kv.put(bytes("w"), bytes("before")).get();
        BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        WatchOption fromTheStart =
                WatchOption.builder().withRevision(2).withPrevKV(true).build();

        try (Watch.Watcher watcher = client.getWatchClient()
                .watch(bytes("w"), fromTheStart, response -> events.addAll(response.getEvents()))) {
            kv.put(bytes("w"), bytes("after")).get();
            kv.delete(bytes("w")).get();

            assertThat(next(events).getKeyValue().getValue().toString(UTF_8)).isEqualTo("before");
            WatchEvent after = next(events);
            assertThat(after.getKeyValue().getValue().toString(UTF_8)).isEqualTo("after");
            assertThat(after.getPrevKV().getValue().toString(UTF_8)).isEqualTo("before");
            assertThat(next(events).getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
        }
    }

    @Test
    void grantsRenewsAndRevokesLeases() throws Exception {
        long lease = client.getLeaseClient().grant(30).get().getID();
        client.getKVClient()
                .put(
                        bytes("leased"),
                        bytes("v"),
                        PutOption.builder().withLeaseId(lease).build())
                .get();

        LeaseKeepAliveResponse renewed =
                client.getLeaseClient().keepAliveOnce(lease).get();
        var known = client.getLeaseClient()
                .timeToLive(lease, LeaseOption.builder().withAttachedKeys().build())
                .get();
        client.getLeaseClient().revoke(lease).get();

        assertThat(renewed.getTTL()).isEqualTo(30);
        assertThat(known.getKeys()).containsExactly(bytes("leased"));
        assertThat(client.getKVClient().get(bytes("leased")).get().getKvs()).isEmpty();
    }

    @Test
    void deletesTheKeysOfALeaseThatExpires() throws Exception {
        long lease = client.getLeaseClient().grant(1).get().getID();
        client.getKVClient()
                .put(
                        bytes("short-lived"),
                        bytes("v"),
                        PutOption.builder().withLeaseId(lease).build())
                .get();
        BlockingQueue<WatchEvent> events = new LinkedBlockingQueue<>();
        WatchOption fromTheStart = WatchOption.builder().withRevision(2).build();

        try (Watch.Watcher watcher = client.getWatchClient()
                .watch(bytes("short-lived"), fromTheStart, response -> events.addAll(response.getEvents()))) {
            assertThat(next(events).getEventType()).isEqualTo(WatchEvent.EventType.PUT);
            assertThat(next(events).getEventType()).isEqualTo(WatchEvent.EventType.DELETE);
        }
    }

    private static WatchEvent next(BlockingQueue<WatchEvent> events) throws InterruptedException {
        WatchEvent event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).as("an event within 30 s").isNotNull();
        return event;
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, UTF_8);
    }
}

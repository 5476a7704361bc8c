package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.etcd.transcript.Transcript;
import io.quorlite.etcd.transcript.TranscriptReplay;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Kubernetes API server must not notice that this is not the etcd it was recorded with. */
class KubeApiserverTranscriptTest {
    @TempDir
    Path directory;

    private final List<Datastore> stores = new ArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    @AfterEach
    void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void oneNodeAnswersAsTheRecordedEtcdDid() throws Exception {
        replayAgainst(List.of(serve(DatastoreConfig.inDirectory(directory))));
    }

    @Test
    void threeNodesAnswerAsTheRecordedEtcdDidWhicheverIsAsked() throws Exception {
        List<Member> members = members(3);
        List<String> endpoints = new ArrayList<>();
        for (Member member : members) {
            endpoints.add(serve(DatastoreConfig.builder(directory.resolve(member.name()))
                    .name(member.name())
                    .peers(members)
                    .build()));
        }

        for (Datastore store : stores) {
            // a member's status says so while it knows of no leader, which the recorded etcd did not
            store.checkLinearizable().get(30, TimeUnit.SECONDS);
        }
        replayAgainst(endpoints);
    }

    private static void replayAgainst(List<String> endpoints) throws Exception {
        Transcript transcript = Transcript.ofResource("/transcripts/kube-apiserver-1.36.2.jsonl.gz");
        try (TranscriptReplay replay = new TranscriptReplay(endpoints)) {
            TranscriptReplay.Report report = replay.run(transcript);

            assertThat(report.differences()).as(report.toString()).isEmpty();
            assertThat(report.calls()).isEqualTo(892);
            assertThat(report.watches()).isEqualTo(60);
        }
    }

    private String serve(DatastoreConfig config) throws IOException {
        Datastore store = Datastore.open(config);
        opened.push(store);
        stores.add(store);
        EtcdServer server = EtcdServer.start(
                store, EtcdServerConfig.builder().listen("127.0.0.1", 0).build());
        opened.push(server);
        return "127.0.0.1:" + server.port();
    }

    private static List<Member> members(int count) throws IOException {
        List<Member> members = new ArrayList<>();
        for (int port : FreePorts.draw(count)) {
            members.add(new Member(0, "n" + (members.size() + 1), new PeerAddress("127.0.0.1", port), false));
        }
        return members;
    }
}

package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.etcd.transcript.Transcript;
import io.quorlite.etcd.transcript.TranscriptReplay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Kubernetes API server's recorded traffic, played to node processes as a user starts them. */
class TranscriptTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void nodesAnswerAsTheRecordedEtcdDid(int size) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(Launcher.path(), folder, size, List.of())) {
            cluster.startAll();
            List<String> endpoints = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int member = i;
                Waiting.until(
                        "node " + i + " to know the leader",
                        Duration.ofSeconds(30),
                        () -> cluster.status(member).getLeader() != 0);
                endpoints.add(cluster.channel(i).authority());
            }
            try (TranscriptReplay replay = new TranscriptReplay(endpoints)) {
                TranscriptReplay.Report report =
                        replay.run(Transcript.ofResource("/transcripts/kube-apiserver-1.36.2.jsonl.gz"));

                assertThat(report.differences()).as(report.toString()).isEmpty();
                assertThat(report.calls()).isEqualTo(892);
                assertThat(report.watches()).isEqualTo(60);
            }
        }
    }
}

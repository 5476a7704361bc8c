package io.quorlite.etcd.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorlite.etcd.reference.RealEtcd;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replay itself, tried on what was recorded: etcd must agree with etcd. */
class TranscriptReplayTest {
    @TempDir
    Path directory;

    @Test
    void findsNoDifferenceAgainstEtcdItself() throws Exception {
        Optional<Path> binary = RealEtcd.programs();
        assumeTrue(binary.isPresent(), "etcd is not installed; .ci/install-etcd unpacks it");
        Transcript transcript = Transcript.ofResource("/transcripts/kube-apiserver-1.36.2.jsonl.gz");

        try (RealEtcd etcd = RealEtcd.start(directory);
                TranscriptReplay replay = new TranscriptReplay(List.of("127.0.0.1:" + etcd.port()))) {
            TranscriptReplay.Report report = replay.run(transcript);

            assertThat(report.differences()).as(report.toString()).isEmpty();
            assertThat(report.calls()).isEqualTo(892);
            assertThat(report.watches()).isEqualTo(60);
            assertThat(report.events()).isPositive();
        }
    }

    @Test
    void placesWhatNoRequestMadeWhereLeasesRanOut() throws Exception {
        Transcript transcript = Transcript.ofResource("/transcripts/kube-apiserver-1.36.2.jsonl.gz");

        List<Step> steps = ReplayPlan.of(transcript);

        assertThat(steps.stream()
                        .filter(step -> step.action() instanceof Step.Expire)
                        .map(Step::revision))
                .containsExactly(272L, 276L);
        assertThat(steps.stream().filter(Step::makesRevision).map(Step::revision))
                .as("every revision has its maker, in order")
                .isEqualTo(
                        java.util.stream.LongStream.rangeClosed(2, 310).boxed().toList());
    }
}

package io.quorlite.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.admin.ClusterSummary.Answer;
import io.quorlite.agent.admin.ClusterSummary.Known;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of a cluster, from what its members answered. */
class ClusterSummaryTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final String ENDS = NOW.plus(Duration.ofDays(365)).toString();

    private final List<Known> known = new ArrayList<>();
    private final Map<Long, Answer> answers = new HashMap<>();
    private final List<NodeStatus.Progress> progress = new ArrayList<>();

    private void member(long id, boolean learner, MemberAttributes attributes) {
        Member member = new Member(id, "n" + id, new PeerAddress("10.0.0.1" + id, 2380), learner);
        known.add(new Known(member, attributes, new NodeRecord("n" + id, "10.0.0.1" + id + ":2382", "1.4.0")));
    }

    private void voters(int count) {
        for (long id = 1; id <= count; id++) {
            member(id, false, MemberAttributes.NONE);
        }
    }

    private NodeStatus status(long id, long leaderId, long applied, String end) {
        return new NodeStatus(
                "node-agent/v1",
                NodeStatus.KIND,
                "c1f277aa00000000",
                hex(id),
                "n" + id,
                "1.4.0",
                4711,
                id == leaderId ? "leader" : "follower",
                leaderId != 0,
                leaderId == 0 ? null : hex(leaderId),
                7,
                48_213,
                1,
                1_000,
                applied,
                1_000,
                1_200_000_000L,
                1_100_000_000L,
                8_000_000_000L,
                List.of(),
                end,
                new NodeStatus.Addresses(List.of(), "", null),
                id == leaderId ? progress : List.of());
    }

    private static String hex(long id) {
        return NodeRecord.hex(id);
    }

    private void heard(long id, @Nullable Long silentMillis) {
        progress.add(new NodeStatus.Progress(hex(id), 1_000, silentMillis, false));
    }

    private ClusterStatus summary(long local, long leaderId) {
        return ClusterSummary.of(status(local, leaderId, 1_000, ENDS), known, answers, NOW);
    }

    @Test
    void threeHealthyVotersTolerateOneFailure() {
        voters(3);
        for (long id = 1; id <= 3; id++) {
            answers.put(id, Answer.of(status(id, 1, 1_000 - id, ENDS)));
        }

        ClusterStatus cluster = summary(2, 1);

        assertThat(cluster.ha()).isTrue();
        assertThat(cluster.faultTolerance()).isEqualTo(1);
        assertThat(cluster.quorum()).isEqualTo(new ClusterStatus.Quorum(3, 3, 2));
        assertThat(cluster.leader()).isEqualTo("n1");
        assertThat(cluster.degraded()).isNull();
        assertThat(cluster.members()).extracting(MemberStatus::lagEntries).containsExactly(1L, 2L, 3L);
        assertThat(cluster.members().get(0).message()).isEqualTo("Healthy with 2 known peers");
    }

    @Test
    void aVoterThatIsDownMakesTheClusterDegradedAndSaysWhatToDo() {
        voters(3);
        heard(3, 4_000L);
        answers.put(1L, Answer.of(status(1, 1, 1_000, ENDS)));
        answers.put(2L, Answer.of(status(2, 1, 1_000, ENDS)));
        answers.put(3L, Answer.failed("connection refused"));

        ClusterStatus cluster = summary(1, 1);

        assertThat(cluster.degraded())
                .isEqualTo("losing one more node stops writes. Start n3, or replace it: node-agent remove-node n3");
        assertThat(cluster.members().get(2).state()).isEqualTo("down");
        assertThat(cluster.members().get(2).downMillis()).isEqualTo(4_000L);
        assertThat(cluster.members().get(2).message()).isEqualTo("not reachable: connection refused");
    }

    @Test
    void withoutAMajorityItNamesWhoIsMissing() {
        voters(3);
        answers.put(1L, Answer.of(status(1, 0, 1_000, ENDS)));
        answers.put(2L, Answer.failed("timeout"));
        answers.put(3L, Answer.failed("TLS: expired certificate"));

        assertThat(summary(1, 0).degraded())
                .isEqualTo("No leader: 1 of 3 voters reachable (n1). Not reachable: n2 (timeout), n3 (TLS: expired"
                        + " certificate).");
    }

    @Test
    void twoVotersAreToldThatTheyTolerateNothing() {
        voters(2);
        answers.put(1L, Answer.of(status(1, 1, 1_000, ENDS)));
        answers.put(2L, Answer.of(status(2, 1, 1_000, ENDS)));

        ClusterStatus cluster = summary(1, 1);

        assertThat(cluster.ha()).isFalse();
        assertThat(cluster.degraded()).isNull();
        assertThat(cluster.warnings()).extracting(ClusterStatus.Warning::code).containsExactly("W-TWO-VOTERS");
    }

    @Test
    void aMemberThatReplicatesButDoesNotAnswerIsNotDown() {
        voters(3);
        heard(3, 40L);
        answers.put(1L, Answer.of(status(1, 1, 1_000, ENDS)));
        answers.put(2L, Answer.of(status(2, 1, 1_000, ENDS)));
        answers.put(3L, Answer.failed("timeout"));

        ClusterStatus cluster = summary(1, 1);

        assertThat(cluster.quorum().healthy()).isEqualTo(3);
        assertThat(cluster.members().get(2).state()).isEqualTo("degraded");
        assertThat(cluster.degraded()).isEqualTo("n3: replicates, but its admin API is not reachable: timeout");
    }

    @Test
    void learnersHaveTheirLabelsAndDoNotCount() {
        voters(3);
        member(4, true, new MemberAttributes("", 0, Role.STANDBY, null, false, false, false));
        member(5, true, new MemberAttributes("", 0, Role.SPARE, null, true, false, false));
        for (long id = 1; id <= 4; id++) {
            answers.put(id, Answer.of(status(id, 1, 1_000, ENDS)));
        }
        answers.put(5L, Answer.failed("connection refused"));

        ClusterStatus cluster = summary(1, 1);

        assertThat(cluster.members())
                .extracting(MemberStatus::role)
                .containsExactly("voter", "voter", "voter", "standby", "joining");
        assertThat(cluster.quorum()).isEqualTo(new ClusterStatus.Quorum(3, 3, 2));
        assertThat(cluster.degraded())
                .isEqualTo("n5 is down; no voter is missing. Start n5, or replace it: node-agent remove-node n5");
    }

    @Test
    void warnsOfCertificatesThatWereNotRenewed() {
        voters(1);
        answers.put(
                1L, Answer.of(status(1, 1, 1_000, NOW.plus(Duration.ofDays(3)).toString())));

        assertThat(summary(1, 1).warnings())
                .extracting(ClusterStatus.Warning::text)
                .containsExactly("the certificate of n1 ends in 3 d and has not been renewed");
    }
}

package io.quorlite.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.MemberStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The status screen, word for word. */
class StatusTableTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private static MemberStatus voter(int number, boolean leader) {
        return new MemberStatus(
                "000000000000000" + number,
                "n" + number,
                "voter",
                leader,
                false,
                "healthy",
                null,
                "10.0.0.1" + number + ":2380",
                List.of("https://10.0.0.1" + number + ":2379"),
                "10.0.0.1" + number + ":2382",
                "1.4.0",
                1_200_000_000L,
                1_100_000_000L,
                1_000L,
                0L,
                NOW.plus(Duration.ofDays(364)).toString(),
                "",
                0,
                false,
                false,
                "Healthy with 2 known peers");
    }

    private static MemberStatus down(int number) {
        return new MemberStatus(
                "000000000000000" + number,
                "n" + number,
                "voter",
                false,
                false,
                "down",
                4_200L,
                "10.0.0.1" + number + ":2380",
                List.of(),
                "10.0.0.1" + number + ":2382",
                "1.4.0",
                null,
                null,
                null,
                null,
                null,
                "",
                0,
                false,
                false,
                "not reachable: connection refused");
    }

    private static ClusterStatus cluster(
            int tolerance,
            List<MemberStatus> members,
            List<ClusterStatus.Warning> warnings,
            @Nullable String degraded) {
        int voters = members.size();
        return new ClusterStatus(
                "node-agent/v1",
                "ClusterStatus",
                "c1f277aa00000000",
                tolerance > 0,
                tolerance,
                new ClusterStatus.Quorum(voters, voters, voters / 2 + 1),
                "n1",
                7,
                48_213,
                1_200_000_000L,
                8_000_000_000L,
                members,
                List.of(),
                warnings,
                degraded);
    }

    @Test
    void showsAMemberThatIsDownAndWhatToDo() {
        ClusterStatus cluster = cluster(
                1,
                List.of(voter(1, true), voter(2, false), down(3)),
                List.of(),
                "losing one more node stops writes. Start n3, or replace it: node-agent remove-node n3");

        assertThat(StatusTable.of(cluster, false, NOW, Colours.OFF)).isEqualTo("""
                CLUSTER c1f2-77aa   HA yes, tolerates 1 failure   revision 48213   db 1.2 GB of 8.0 GB
                NODE  ROLE            STATE    ADDRESS         VERSION  LAG  DB      CERT   MESSAGE
                n1 *  voter (leader)  healthy  10.0.0.11:2380  1.4.0    0    1.2 GB  364 d  Healthy with 2 known peers
                n2    voter           healthy  10.0.0.12:2380  1.4.0    0    1.2 GB  364 d  Healthy with 2 known peers
                n3    voter           down 4s  10.0.0.13:2380  1.4.0    ?    ?       ?      not reachable: connection refused
                DEGRADED: losing one more node stops writes. Start n3, or replace it: node-agent remove-node n3
                """);
    }

    @Test
    void isHonestAboutTwoNodes() {
        ClusterStatus cluster = cluster(
                0,
                List.of(voter(1, true), voter(2, false)),
                List.of(new ClusterStatus.Warning("W-TWO-VOTERS", "2 voters tolerate 0 failures: …")),
                null);

        assertThat(StatusTable.of(cluster, false, NOW, Colours.OFF))
                .startsWith("CLUSTER c1f2-77aa   HA no (2 voters tolerate 0 failures)   revision")
                .endsWith("WARNING: 2 voters tolerate 0 failures: …\n");
    }

    @Test
    void colourNeverCarriesTheMeaningAlone() {
        ClusterStatus cluster = cluster(1, List.of(voter(1, true)), List.of(), "words");

        String coloured = StatusTable.of(cluster, false, NOW, new Colours(true));

        assertThat(coloured).contains("\u001b[31;1mDEGRADED: \u001b[0mwords");
        assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", ""))
                .isEqualTo(StatusTable.of(cluster, false, NOW, Colours.OFF));
    }
}

package io.quorlite.roles;

import static io.quorlite.roles.QuorumGuard.Action.DEMOTE;
import static io.quorlite.roles.QuorumGuard.Action.REMOVE;
import static io.quorlite.roles.QuorumGuard.Action.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuorumGuardTest {
    private static Optional<String> refusal(QuorumGuard.Action action, long member, String... members) {
        return QuorumGuard.refusal(action, member, RoleMembers.of(members), id -> "n" + id);
    }

    @Test
    void namesTheVoterToBringBack() {
        assertThat(refusal(REMOVE, 2, "1 voter leader", "2 voter", "3 voter offline"))
                .contains("Refused: removing n2 would leave 1 of 2 needed voters alive. Bring n3 back,"
                        + " or add a node first. To override: --force (may lose quorum).");
        assertThat(refusal(STOP, 1, "1 voter leader", "2 voter", "3 voter lagging"))
                .contains("Refused: stopping n1 would leave 1 of 2 needed voters alive. Wait for n3 to catch up,"
                        + " or add a node first. To override: --force (may lose quorum).");
    }

    @Test
    void letsGoWhatTheQuorumDoesNotNeed() {
        assertThat(refusal(REMOVE, 3, "1 voter leader", "2 voter", "3 voter offline"))
                .isEmpty();
        assertThat(refusal(DEMOTE, 2, "1 voter leader", "2 voter", "3 voter")).isEmpty();
        assertThat(refusal(STOP, 2, "1 voter leader", "2 voter", "3 voter")).isEmpty();
        assertThat(refusal(REMOVE, 3, "1 voter leader", "2 voter", "3 spare")).isEmpty();
        assertThat(refusal(REMOVE, 2, "1 voter leader", "2 voter")).isEmpty();
        assertThat(refusal(STOP, 1, "1 voter leader")).isEmpty();
    }

    @Test
    void knowsThatTwoVotersTolerateNoFailure() {
        assertThat(refusal(STOP, 2, "1 voter leader", "2 voter"))
                .hasValueSatisfying(text ->
                        assertThat(text).startsWith("Refused: stopping n2 would leave 1 of 2 needed voters alive. "));
    }

    @Test
    void keepsTheOnlyCopyAndTheOnlyVoter() {
        assertThat(refusal(REMOVE, 1, "1 voter leader"))
                .hasValueSatisfying(text -> assertThat(text).contains("the only copy of the data"));
        assertThat(refusal(DEMOTE, 1, "1 voter leader", "2 spare"))
                .hasValueSatisfying(text -> assertThat(text).contains("n1 is the only voter"));
    }

    @Test
    void saysThatNothingCanBeDecidedWithoutAMajority() {
        assertThat(refusal(REMOVE, 2, "1 voter leader", "2 voter offline", "3 spare"))
                .contains("Refused: 1 of 2 needed voters are alive, so that no change of members can be decided."
                        + " Bring n2 back, or see: node-agent recover force-single");
    }
}

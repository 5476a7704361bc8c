package io.quorlite.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RolePlannerTest {
    private static final RoleTargets THREE_AND_ONE = new RoleTargets(3, 1);
    private static final RoleTargets FIVE = new RoleTargets(5, 0);

    /** The whole plan as {@code id role} of each step; fails if it does not come to rest. */
    private static List<String> plan(RoleTargets targets, List<RoleMember> members) {
        List<String> steps = new ArrayList<>();
        List<RoleMember> now = members;
        for (int i = 0; i < 40; i++) {
            Optional<RoleChange> change = RolePlanner.next(now, targets);
            if (change.isEmpty()) {
                return steps;
            }
            steps.add(change.get().memberId() + " " + change.get().role());
            now = RoleMembers.after(now, change.get());
        }
        throw new AssertionError("no rest: " + steps);
    }

    private static List<String> plan(RoleTargets targets, String... members) {
        return plan(targets, RoleMembers.of(members));
    }

    @Test
    void leavesASingleMemberAlone() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader")).isEmpty();
    }

    @Test
    void growsFromOneMemberByOnesThatHaveCaughtUp() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 spare joining lagging"))
                .isEmpty();
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 spare joining")).containsExactly("2 VOTER");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter", "3 spare joining"))
                .containsExactly("3 VOTER");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter", "3 voter", "4 spare joining"))
                .containsExactly("4 STANDBY");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter", "3 voter", "4 standby", "5 spare joining"))
                .containsExactly("5 SPARE"); // it stays what it is, but joins no more
    }

    @Test
    void avoidsFourVoters() {
        assertThat(plan(FIVE, "1 voter leader", "2 voter", "3 voter", "4 spare"))
                .isEmpty();
        assertThat(plan(FIVE, "1 voter leader", "2 voter", "3 voter", "4 spare", "5 spare"))
                .containsExactly("4 VOTER", "5 VOTER");
        assertThat(plan(FIVE, "1 voter leader", "2 voter", "3 voter", "4 voter"))
                .containsExactly("4 SPARE");
    }

    @Test
    void replacesAnOfflineVoterBeforeItLosesItsVote() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter offline", "3 voter", "4 standby", "5 spare"))
                .containsExactly("4 VOTER", "2 SPARE", "5 STANDBY");
    }

    @Test
    void prefersAStandbyToASpareAndALighterMemberToAHeavierOne() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter", "3 spare", "4 standby weight=9"))
                .containsExactly("4 VOTER", "3 STANDBY");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter", "3 spare weight=2", "4 spare weight=1"))
                .containsExactly("4 VOTER", "3 STANDBY");
    }

    @Test
    void leavesTheVoteToAnOfflineVoterThatNobodyCanReplace() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter offline", "3 voter"))
                .isEmpty();
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter offline", "3 voter", "4 spare lagging"))
                .isEmpty();
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter offline", "3 voter", "4 spare wish=spare"))
                .isEmpty();
        assertThat(plan(FIVE, "1 voter leader", "2 voter", "3 voter", "4 voter offline", "5 voter offline"))
                .isEmpty();
    }

    @Test
    void givesAVoterThatComesBackTheRoleThatIsFree() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 spare", "3 voter", "4 voter", "5 spare offline"))
                .containsExactly("2 STANDBY");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 spare", "3 voter", "4 voter", "5 standby"))
                .isEmpty();
    }

    @Test
    void touchesNothingWithoutAMajorityThatIsOnlineAndCaughtUp() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter offline", "3 spare"))
                .isEmpty();
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter offline", "3 voter lagging", "4 standby"))
                .isEmpty();
    }

    @Test
    void leavesTheVoteToOneThatMerelyLags() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter lagging", "3 voter", "4 standby"))
                .isEmpty();
    }

    @Test
    void spreadsVotersOverFailureDomains() {
        assertThat(plan(
                        new RoleTargets(3, 0),
                        "1 voter leader zone=a",
                        "2 voter zone=a",
                        "3 spare zone=a",
                        "4 spare zone=b weight=5"))
                .containsExactly("4 VOTER");
        assertThat(plan(
                        new RoleTargets(3, 0),
                        "1 voter leader zone=a",
                        "2 voter zone=a",
                        "3 voter zone=a",
                        "4 spare zone=b",
                        "5 spare zone=c"))
                .containsExactly("4 VOTER", "3 SPARE", "5 VOTER", "2 SPARE");
        assertThat(plan(
                        new RoleTargets(3, 0),
                        "1 voter leader zone=a",
                        "2 voter zone=a",
                        "3 voter zone=b",
                        "4 spare zone=b"))
                .isEmpty();
    }

    @Test
    void respectsWishes() {
        assertThat(plan(new RoleTargets(3, 0), "1 voter leader", "2 voter", "3 voter", "4 spare wish=voter"))
                .containsExactly("4 VOTER", "3 SPARE");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter wish=spare", "3 voter", "4 standby"))
                .containsExactly("4 VOTER", "2 SPARE");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter", "3 voter", "4 standby wish=spare", "5 spare"))
                .containsExactly("4 SPARE", "5 STANDBY");
        assertThat(plan(
                        new RoleTargets(3, 0),
                        "1 voter leader",
                        "2 voter wish=voter",
                        "3 voter wish=voter",
                        "4 spare wish=voter"))
                .containsExactly("4 VOTER"); // four, because that is what was asked for
    }

    @Test
    void takesTheVoteOfOneThatDrainsWhenTheOthersCanDoWithoutIt() {
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter draining", "3 voter", "4 standby"))
                .containsExactly("4 VOTER", "2 SPARE");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter draining", "3 voter"))
                .containsExactly("2 SPARE");
        assertThat(plan(THREE_AND_ONE, "1 voter leader", "2 voter draining", "3 voter offline"))
                .isEmpty();
    }

    @Test
    void goesThroughSevenAtMost() {
        RoleTargets seven = new RoleTargets(7, 0);
        assertThat(plan(
                        seven,
                        "1 voter leader",
                        "2 voter",
                        "3 voter",
                        "4 voter",
                        "5 voter",
                        "6 voter",
                        "7 voter offline",
                        "8 spare"))
                .containsExactly("7 SPARE", "8 VOTER");
    }

    @Test
    void decidesAlikeInWhateverOrderMembersCome() {
        List<RoleMember> members =
                RoleMembers.of("1 voter leader", "2 voter offline", "3 voter", "4 spare", "5 spare", "6 spare");
        RoleChange change = RolePlanner.next(members, THREE_AND_ONE).orElseThrow();
        for (int i = 0; i < members.size(); i++) {
            List<RoleMember> turned = new ArrayList<>(members);
            Collections.rotate(turned, i);
            assertThat(RolePlanner.next(turned, THREE_AND_ONE)).contains(change);
        }
    }

    @Test
    void handsLeadershipFromOneThatShouldNotLead() {
        assertThat(RolePlanner.successor(RoleMembers.of("1 voter leader", "2 voter", "3 voter")))
                .isEmpty();
        assertThat(RolePlanner.successor(RoleMembers.of(
                        "1 voter leader draining", "2 voter offline", "3 voter weight=2", "4 voter weight=1")))
                .isEqualTo(OptionalLong.of(4));
        assertThat(RolePlanner.successor(RoleMembers.of("1 voter leader wish=spare", "2 voter lagging", "3 standby")))
                .isEmpty();
    }

    @Test
    void aDrainingOnlyVoterIsSucceededFirst() {
        List<RoleMember> members = RoleMembers.of("1 voter leader draining", "2 spare");
        RoleChange first = RolePlanner.next(members, THREE_AND_ONE).orElseThrow();
        assertThat(first.memberId()).isEqualTo(2);

        List<RoleMember> two = RoleMembers.after(members, first);
        assertThat(RolePlanner.next(two, THREE_AND_ONE)).isEmpty();
        assertThat(RolePlanner.successor(two)).isEqualTo(OptionalLong.of(2));

        assertThat(plan(THREE_AND_ONE, RoleMembers.ledBy(two, 2))).containsExactly("1 SPARE");
    }
}

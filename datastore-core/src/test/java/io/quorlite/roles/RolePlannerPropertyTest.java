package io.quorlite.roles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Over random groups: no step is unsafe, every plan ends, and where it ends is as good as it can be. */
class RolePlannerPropertyTest {
    /** For nine members: each is promoted and demoted once at most in a swap, and labelled twice. */
    private static final int STEPS_MAX = 40;

    private static final int TRIES = 20_000;

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void noStepIsUnsafe(@ForAll("groups") List<RoleMember> group, @ForAll("targets") RoleTargets targets) {
        List<RoleMember> now = group;
        for (int i = 0; i < STEPS_MAX; i++) {
            Optional<RoleChange> change = RolePlanner.next(now, targets);
            if (change.isEmpty()) {
                return;
            }
            List<RoleMember> next = RoleMembers.after(now, change.get());
            assertThat(healthyMajority(now)).as("%s of %s", change, now).isTrue();
            assertThat(healthyMajority(next)).as("%s of %s", change, now).isTrue();
            assertThat(next).filteredOn(RoleMember::leader).allMatch(m -> m.role() == Role.VOTER);
            assertThat(count(next, RolePlannerPropertyTest::votes)).isLessThanOrEqualTo(RolePlanner.VOTERS_MAX);
            RoleMember subject = find(now, change.get().memberId());
            if (change.get().role() == Role.VOTER && subject.role() != Role.VOTER) {
                assertThat(subject.online() && subject.caughtUp() && !subject.draining())
                        .as("%s", subject)
                        .isTrue();
            }
            now = next;
        }
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void everyPlanComesToRest(@ForAll("groups") List<RoleMember> group, @ForAll("targets") RoleTargets targets) {
        assertThat(RolePlanner.next(rest(group, targets), targets)).isEmpty();
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void targetsAreMetWhereThereAreMembersForThem(
            @ForAll("groups") List<RoleMember> group, @ForAll("targets") RoleTargets targets) {
        if (!healthyMajority(group)) {
            return;
        }
        List<RoleMember> rest = rest(group, targets);

        long goodVoters = count(rest, m -> votes(m) && m.online() && mayVote(m));
        List<RoleMember> unused =
                rest.stream().filter(m -> !votes(m) && healthy(m) && mayVote(m)).toList();
        boolean full = count(rest, RolePlannerPropertyTest::votes) == RolePlanner.VOTERS_MAX;
        if (full && goodVoters < targets.voters()) {
            // Nobody can be promoted as long as nobody can be demoted.
            assertThat(rest)
                    .filteredOn(m -> votes(m) && !(m.online() && mayVote(m)) && !m.leader())
                    .allMatch(m -> unused.isEmpty() || !demotable(rest, m));
        } else if (goodVoters < targets.voters()) {
            // One of a kind is left over rather than an even number made, and none where offline voters are of the
            // number.
            assertThat(unused).as("%s", rest).hasSizeLessThanOrEqualTo(1);
            long named = count(rest, m -> votes(m) && mayVote(m));
            assertThat(unused.isEmpty() || named % 2 == 1 && goodVoters == named)
                    .as("%s", rest)
                    .isTrue();
        }
        long pinned = count(rest, m -> m.wish() == Role.VOTER && !m.draining());
        if (pinned == 0) {
            assertThat(goodVoters).as("%s", rest).isLessThanOrEqualTo(targets.voters());
            assertThat(rest)
                    .filteredOn(m -> votes(m) && !m.online() && demotable(rest, m))
                    .matches(offline -> offline.isEmpty() || goodVoters < targets.voters());
        }
        long standbys = count(rest, m -> m.role() == Role.STANDBY && m.online() && standbyMaterial(m));
        if (standbys < targets.standbys()) {
            assertThat(rest)
                    .filteredOn(m -> m.role() == Role.SPARE && healthy(m) && standbyMaterial(m))
                    .isEmpty();
        }
        assertThat(rest).filteredOn(m -> m.joining() && healthy(m)).isEmpty();
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void noVoterCouldMoveToAFailureDomainWithFewer(
            @ForAll("groups") List<RoleMember> group, @ForAll("targets") RoleTargets targets) {
        if (!healthyMajority(group)) {
            return;
        }
        List<RoleMember> rest = rest(group, targets);
        if (count(rest, RolePlannerPropertyTest::votes) == RolePlanner.VOTERS_MAX) {
            return; // somebody would have to go first, whom the quorum may need
        }
        List<RoleMember> movable = rest.stream()
                .filter(m -> votes(m) && m.online() && mayVote(m) && !m.leader() && m.wish() == null)
                .filter(m -> demotable(rest, m))
                .toList();
        List<RoleMember> others =
                rest.stream().filter(m -> !votes(m) && healthy(m) && mayVote(m)).toList();
        for (RoleMember voter : movable) {
            for (RoleMember other : others) {
                assertThat(votersBeside(rest, voter))
                        .as("%s for %s in %s", other, voter, rest)
                        .isLessThan(votersBeside(rest, other) + 2);
            }
        }
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void wishesAreRespectedAsFarAsTheQuorumAllows(
            @ForAll("groups") List<RoleMember> group, @ForAll("targets") RoleTargets targets) {
        if (!healthyMajority(group)) {
            return;
        }
        List<RoleMember> rest = rest(group, targets);

        for (RoleMember m : rest) {
            boolean unwilling = m.draining() || m.wish() == Role.STANDBY || m.wish() == Role.SPARE;
            if (unwilling && votes(m) && !m.leader()) {
                assertThat(demotable(rest, m)).as("%s in %s", m, rest).isFalse();
            }
            if (!votes(m) && (m.wish() == Role.STANDBY || m.wish() == Role.SPARE) && !(m.joining() && !healthy(m))) {
                assertThat(m.role()).as("%s in %s", m, rest).isEqualTo(m.wish());
            }
            if (m.wish() == Role.VOTER && !m.draining() && healthy(m) && count(group, any -> true) <= 7) {
                assertThat(m.role()).as("%s in %s", m, rest).isEqualTo(Role.VOTER);
            }
        }
    }

    /** Where all changes lead, those of leadership included. */
    private static List<RoleMember> rest(List<RoleMember> group, RoleTargets targets) {
        List<RoleMember> now = group;
        List<Object> steps = new ArrayList<>();
        while (steps.size() <= STEPS_MAX) {
            OptionalLong successor = RolePlanner.successor(now);
            Optional<RoleChange> change = RolePlanner.next(now, targets);
            if (successor.isPresent()) {
                steps.add(successor);
                now = RoleMembers.ledBy(now, successor.getAsLong());
            } else if (change.isPresent()) {
                steps.add(change.get());
                now = RoleMembers.after(now, change.get());
            } else {
                return now;
            }
        }
        throw new AssertionError(steps + " from " + group);
    }

    // The rules once more, written down apart from the planner's.

    private static boolean votes(RoleMember m) {
        return m.role() == Role.VOTER;
    }

    private static boolean healthy(RoleMember m) {
        return m.online() && m.caughtUp();
    }

    private static boolean mayVote(RoleMember m) {
        return !m.draining() && m.wish() != Role.STANDBY && m.wish() != Role.SPARE;
    }

    private static boolean standbyMaterial(RoleMember m) {
        return !m.draining() && m.wish() != Role.SPARE;
    }

    private static boolean healthyMajority(List<RoleMember> members) {
        return 2 * count(members, m -> votes(m) && healthy(m)) > count(members, RolePlannerPropertyTest::votes);
    }

    private static boolean demotable(List<RoleMember> members, RoleMember voter) {
        return healthyMajority(
                members.stream().filter(m -> m.id() != voter.id()).toList());
    }

    private static long votersBeside(List<RoleMember> members, RoleMember one) {
        return count(
                members,
                m -> votes(m) && m.online() && mayVote(m) && m.failureDomain().equals(one.failureDomain()));
    }

    private static long count(List<RoleMember> members, Predicate<RoleMember> condition) {
        return members.stream().filter(condition).count();
    }

    private static RoleMember find(List<RoleMember> members, long id) {
        return members.stream().filter(m -> m.id() == id).findFirst().orElseThrow();
    }

    @Provide
    Arbitrary<RoleTargets> targets() {
        return Combinators.combine(
                        Arbitraries.of(3, 5, 7), Arbitraries.integers().between(0, 3))
                .as(RoleTargets::new);
    }

    /** One to nine members, the first of which leads and is well, as far as it knows. */
    @Provide
    Arbitrary<List<RoleMember>> groups() {
        Arbitrary<Boolean> mostly = Arbitraries.of(true, true, true, true, false);
        Arbitrary<Boolean> seldom = Arbitraries.of(true, false, false, false, false, false, false, false);
        Arbitrary<RoleMember> member = Combinators.combine(
                        Arbitraries.of(Role.VOTER, Role.VOTER, Role.STANDBY, Role.SPARE),
                        Arbitraries.of(Role.values()).injectNull(0.8),
                        mostly,
                        mostly,
                        seldom,
                        seldom,
                        Arbitraries.of("", "", "a", "a", "b", "c"),
                        Arbitraries.integers().between(0, 2))
                .as((role, wish, online, caughtUp, joining, draining, domain, weight) -> new RoleMember(
                        0,
                        role,
                        wish,
                        false,
                        online,
                        caughtUp,
                        joining && role != Role.VOTER,
                        draining,
                        domain,
                        weight));
        return member.list().ofMinSize(1).ofMaxSize(9).map(RolePlannerPropertyTest::numbered);
    }

    private static List<RoleMember> numbered(List<RoleMember> drawn) {
        List<RoleMember> members = new ArrayList<>();
        int voters = 0;
        for (RoleMember m : drawn) {
            boolean leader = members.isEmpty();
            boolean votes = leader || m.role() == Role.VOTER && voters < RolePlanner.VOTERS_MAX;
            voters += votes ? 1 : 0;
            Role role = votes ? Role.VOTER : m.role() == Role.VOTER ? Role.SPARE : m.role();
            members.add(new RoleMember(
                    members.size() + 1,
                    role,
                    m.wish(),
                    leader,
                    leader || m.online(),
                    leader || m.caughtUp(),
                    m.joining() && !votes,
                    m.draining(),
                    m.failureDomain(),
                    m.weight()));
        }
        return members;
    }
}

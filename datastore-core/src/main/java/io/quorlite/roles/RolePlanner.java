package io.quorlite.roles;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides which member gets which role next. After the algorithm of go-dqlite's {@code app/roles.go}, with other answers where that one
 * is weak:
 *
 * <ul>
 *   <li><b>Safe steps.</b> Nothing is changed unless a majority of voters is online and caught up, and no change takes that
 *       majority away. A voter's successor gets its vote before the voter loses it.
 *   <li><b>Offline voters</b> without a successor keep their vote: that is the honest state. They lose it when one appears.
 *   <li><b>Even numbers.</b> Four voters tolerate no more failures than three and cost more, so the number is odd wherever there is a
 *       choice. Two members are the exception: both vote. One failure stops writes then, but each acknowledged write is on two disks,
 *       where a lone voter with a copy that trails behind would lose some with its disk; and the third member makes it three
 *       with one step.
 *   <li><b>Stability.</b> A voter that merely lags keeps its vote, and no better candidate displaces a voter but for the sake of
 *       failure domains or an operator's wish, so that plans come to rest.
 * </ul>
 *
 * <p>Members of an unknown failure domain count as being in one together. Pure, and the same for the same members in any order.
 */
public final class RolePlanner {
    /** More voters than this are never made, not for the time of a replacement either. */
    public static final int VOTERS_MAX = 7;

    private static final Comparator<RoleMember> LIGHTEST_FIRST =
            Comparator.comparingInt(RoleMember::weight).thenComparingLong(RoleMember::id);

    private final RoleTargets targets;
    private final List<RoleMember> members;
    private final List<RoleMember> voters;
    /** Voters that are to stay: online, and nobody wants them to go. */
    private final List<RoleMember> fitVoters;
    /** Who may get a vote. */
    private final List<RoleMember> candidates;

    private final int votersWanted;
    private final TreeMap<String, Integer> fitVotersByDomain;

    private RolePlanner(List<RoleMember> all, RoleTargets targets) {
        this.targets = targets;
        this.members =
                all.stream().sorted(Comparator.comparingLong(RoleMember::id)).toList();
        this.voters = chosen(RolePlanner::isVoter);
        this.fitVoters = chosen(m -> isVoter(m) && m.online() && mayVote(m));
        this.candidates = chosen(m -> !isVoter(m) && isHealthy(m) && mayVote(m));
        this.votersWanted = votersWanted();
        this.fitVotersByDomain = byDomain(fitVoters);
    }

    /** The next change, empty if all is as it should be, or as good as it can be made now. */
    public static Optional<RoleChange> next(List<RoleMember> members, RoleTargets targets) {
        RolePlanner plan = new RolePlanner(members, targets);
        if (!hasHealthyMajority(plan.voters)) {
            return Optional.empty(); // nothing would be committed, or the next failure would be the last
        }
        RoleChange change = plan.changeOfVoters();
        return Optional.ofNullable(change != null ? change : plan.changeOfLearners());
    }

    /**
     * To whom leadership is to go where the leader should not lead: it is draining, or an operator wants it to have another role, which
     * it can get only when it leads no more. Empty if it may lead on, or nobody else can.
     */
    public static OptionalLong successor(List<RoleMember> members) {
        Optional<RoleMember> leader =
                members.stream().filter(RoleMember::leader).findFirst();
        if (leader.isEmpty() || mayVote(leader.get())) {
            return OptionalLong.empty();
        }
        return members.stream()
                .filter(m -> isVoter(m) && !m.leader() && isHealthy(m) && mayVote(m))
                .sorted(LIGHTEST_FIRST)
                .mapToLong(RoleMember::id)
                .findFirst();
    }

    // ---- voters

    private @Nullable RoleChange changeOfVoters() {
        if (fitVoters.size() < votersWanted) {
            RoleChange promotion = promoteForNumber();
            return promotion != null ? promotion : demoteUnfit(m -> !mayVote(m));
        }
        RoleChange demotion = demoteTooMany();
        if (demotion != null) {
            return demotion;
        }
        RoleChange wish = promoteForWish();
        return wish != null ? wish : promoteForDomains();
    }

    private @Nullable RoleChange promoteForNumber() {
        RoleMember best = bestCandidate();
        RoleMember unfit = voters.stream()
                .filter(m -> !fitVoters.contains(m) && isDemotable(m, null))
                .findFirst()
                .orElse(null);
        return best == null
                ? null
                : promote(best, unfit, fitVoters.size() + " of " + votersWanted + " wanted voters are at hand");
    }

    /** What is unfit goes first. */
    private @Nullable RoleChange demoteTooMany() {
        RoleChange unfit = demoteUnfit(m -> true);
        if (unfit != null) {
            return unfit;
        }
        RoleMember dispensable = fitVoters.size() > votersWanted ? mostDispensable(null) : null;
        return dispensable == null ? null : demote(dispensable, votersWanted + " voters are wanted");
    }

    private @Nullable RoleChange demoteUnfit(Predicate<RoleMember> among) {
        return voters.stream()
                .filter(m -> !fitVoters.contains(m) && among.test(m) && isDemotable(m, null))
                .findFirst()
                .map(m -> demote(m, reasonAgainst(m)))
                .orElse(null);
    }

    private @Nullable RoleChange promoteForWish() {
        RoleMember wished = candidates.stream()
                .filter(RolePlanner::isPinned)
                .min(LIGHTEST_FIRST)
                .orElse(null);
        RoleMember dispensable = mostDispensable(wished);
        return wished == null || dispensable == null
                ? null
                : promote(wished, dispensable, "an operator wants it to vote");
    }

    /** The candidate votes first, then there is one too many where the domain is crowded most. Each such pair evens them out. */
    private @Nullable RoleChange promoteForDomains() {
        RoleMember best = bestCandidate();
        RoleMember dispensable = mostDispensable(best);
        if (best == null || dispensable == null || voterCount(dispensable) < voterCount(best) + 2) {
            return null;
        }
        String crowded = dispensable.failureDomain();
        return promote(best, dispensable, "there are voters enough in failure domain '" + crowded + "'");
    }

    /** @param successorOf makes room where there are voters enough for any group; null if nobody can */
    private @Nullable RoleChange promote(RoleMember candidate, @Nullable RoleMember successorOf, String reason) {
        if (voters.size() < VOTERS_MAX) {
            return new RoleChange(candidate.id(), Role.VOTER, reason);
        }
        return successorOf == null
                ? null
                : demote(successorOf, "there are " + VOTERS_MAX + " voters, and another one is to vote");
    }

    private RoleChange demote(RoleMember voter, String reason) {
        Role role = voter.wish() == Role.STANDBY || voter.wish() == Role.SPARE ? voter.wish() : labelFor(voter);
        return new RoleChange(voter.id(), role, reason);
    }

    private @Nullable RoleMember bestCandidate() {
        return candidates.stream()
                .min(Comparator.comparing((RoleMember m) -> !isPinned(m))
                        .thenComparingInt(this::voterCount)
                        .thenComparing(RoleMember::role) // a standby before a spare
                        .thenComparing(LIGHTEST_FIRST))
                .orElse(null);
    }

    /** The fit voter that can be spared first, null if there is none: now, or once {@code promoted} votes where there is room for it. */
    private @Nullable RoleMember mostDispensable(@Nullable RoleMember promoted) {
        RoleMember beside = voters.size() < VOTERS_MAX ? promoted : null;
        return fitVoters.stream()
                .filter(m -> !isPinned(m) && isDemotable(m, beside))
                .max(Comparator.comparingInt(this::voterCount).thenComparing(LIGHTEST_FIRST))
                .orElse(null);
    }

    private boolean isDemotable(RoleMember voter, @Nullable RoleMember promoted) {
        Stream<RoleMember> others = voters.stream().filter(m -> m.id() != voter.id());
        return !voter.leader()
                && hasHealthyMajority(
                        Stream.concat(others, Stream.ofNullable(promoted)).toList());
    }

    private static String reasonAgainst(RoleMember unfit) {
        if (unfit.draining()) {
            return "it is draining or stopping";
        }
        return unfit.online() ? "an operator wants it not to vote" : "it is offline, and there are voters enough";
    }

    private int votersWanted() {
        // An offline voter is still one of those that the number is made of, until another one takes its place.
        int possible = candidates.size()
                + (int) voters.stream().filter(RolePlanner::mayVote).count();
        int wanted = oddIfChosen(Math.min(targets.voters(), possible));
        int fixed = (int) members.stream()
                .filter(m -> m.leader() && mayVote(m) || isPinned(m) && (isVoter(m) || candidates.contains(m)))
                .count();
        return Math.min(VOTERS_MAX, Math.max(wanted, fixed));
    }

    private static int oddIfChosen(int number) {
        return number > 2 && number % 2 == 0 ? number - 1 : number;
    }

    // ---- learners

    private @Nullable RoleChange changeOfLearners() {
        RoleChange change = labelAsWished();
        if (change == null) {
            change = fitStandbys().size() < targets.standbys() ? moreStandbys() : fewerStandbys();
        }
        return change != null ? change : firstRole();
    }

    private @Nullable RoleChange labelAsWished() {
        return members.stream()
                .filter(m -> !isVoter(m) && !isArriving(m))
                .filter(m -> m.wish() == Role.STANDBY && m.role() == Role.SPARE
                        || m.wish() == Role.SPARE && m.role() == Role.STANDBY)
                .findFirst()
                .map(m -> new RoleChange(m.id(), wishOf(m), "an operator wants it"))
                .orElse(null);
    }

    private @Nullable RoleChange moreStandbys() {
        TreeMap<String, Integer> byDomain = byDomain(fitStandbys());
        return members.stream()
                .filter(m -> m.role() == Role.SPARE && isHealthy(m) && isStandbyMaterial(m))
                .min(Comparator.comparingInt((RoleMember m) -> byDomain.getOrDefault(m.failureDomain(), 0))
                        .thenComparing(LIGHTEST_FIRST))
                .map(m -> new RoleChange(
                        m.id(),
                        Role.STANDBY,
                        fitStandbys().size() + " of " + targets.standbys() + " wanted standbys are at hand"))
                .orElse(null);
    }

    private @Nullable RoleChange fewerStandbys() {
        List<RoleMember> fit = fitStandbys();
        TreeMap<String, Integer> byDomain = byDomain(fit);
        return members.stream()
                .filter(m -> m.role() == Role.STANDBY && m.wish() != Role.STANDBY && !isArriving(m))
                .filter(m -> !fit.contains(m) || fit.size() > targets.standbys())
                .max(Comparator.comparing((RoleMember m) -> !fit.contains(m))
                        .thenComparing(m -> byDomain.getOrDefault(m.failureDomain(), 0))
                        .thenComparing(LIGHTEST_FIRST))
                .map(m -> new RoleChange(m.id(), Role.SPARE, targets.standbys() + " standbys are at hand without it"))
                .orElse(null);
    }

    /** A newcomer that has caught up, and is needed for nothing better, has arrived. */
    private @Nullable RoleChange firstRole() {
        return members.stream()
                .filter(m -> m.joining() && (isVoter(m) || isHealthy(m)))
                .findFirst()
                .map(m -> new RoleChange(m.id(), m.role(), "it has caught up"))
                .orElse(null);
    }

    private Role labelFor(RoleMember demoted) {
        return demoted.online() && isStandbyMaterial(demoted) && fitStandbys().size() < targets.standbys()
                ? Role.STANDBY
                : Role.SPARE;
    }

    private List<RoleMember> fitStandbys() {
        return chosen(m -> m.role() == Role.STANDBY && m.online() && isStandbyMaterial(m) && !isArriving(m));
    }

    private static boolean isStandbyMaterial(RoleMember m) {
        return !m.draining() && m.wish() != Role.SPARE;
    }

    /** Whether it has no role yet and cannot get one. */
    private static boolean isArriving(RoleMember m) {
        return m.joining() && !isHealthy(m);
    }

    // ---- what a member is

    private static Role wishOf(RoleMember m) {
        Role wish = m.wish();
        return wish == null ? m.role() : wish;
    }

    private static boolean isVoter(RoleMember m) {
        return m.role() == Role.VOTER;
    }

    private static boolean isHealthy(RoleMember m) {
        return m.online() && m.caughtUp();
    }

    private static boolean mayVote(RoleMember m) {
        return !m.draining() && (m.wish() == null || m.wish() == Role.VOTER);
    }

    private static boolean isPinned(RoleMember m) {
        return m.wish() == Role.VOTER && !m.draining();
    }

    static boolean hasHealthyMajority(List<RoleMember> voters) {
        long healthy = voters.stream().filter(RolePlanner::isHealthy).count();
        return healthy > voters.size() / 2;
    }

    private int voterCount(RoleMember m) {
        return fitVotersByDomain.getOrDefault(m.failureDomain(), 0);
    }

    private List<RoleMember> chosen(Predicate<RoleMember> condition) {
        return members.stream().filter(condition).toList();
    }

    private static TreeMap<String, Integer> byDomain(List<RoleMember> some) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        some.forEach(m -> counts.merge(m.failureDomain(), 1, Integer::sum));
        return counts;
    }
}

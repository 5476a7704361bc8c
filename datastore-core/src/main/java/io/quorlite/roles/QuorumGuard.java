package io.quorlite.roles;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Says whether a member may go without taking the quorum along: whether a majority of the voters that remain is online and caught up. Pure.
 */
public final class QuorumGuard {
    /** What is to be done to a member. */
    public enum Action {
        /** It leaves the group. */
        REMOVE("removing"),
        /** It loses its vote. */
        DEMOTE("demoting"),
        /** It goes away for a while and is a voter all the time. */
        STOP("stopping");

        private final String verb;

        Action(String verb) {
            this.verb = verb;
        }
    }

    private final List<RoleMember> members;
    private final LongFunction<String> names;

    private QuorumGuard(List<RoleMember> members, LongFunction<String> names) {
        this.members = members;
        this.names = names;
    }

    /**
     * Why the member may not be removed, demoted or stopped, in a sentence for a person that names a safe way; empty if it may be. Not
     * asked: whether it leads. An only member may be stopped.
     *
     * @param names of the members, by id
     */
    public static Optional<String> refusal(
            Action action, long memberId, List<RoleMember> members, LongFunction<String> names) {
        return new QuorumGuard(members, names).refusal(action, memberId);
    }

    private Optional<String> refusal(Action action, long memberId) {
        boolean votes = members.stream().anyMatch(m -> m.id() == memberId && m.role() == Role.VOTER);
        List<RoleMember> voters =
                members.stream().filter(m -> m.role() == Role.VOTER).toList();
        if (action != Action.STOP && !RolePlanner.hasHealthyMajority(voters)) {
            return Optional.of(withoutMajority(voters));
        }
        if (!votes || action == Action.STOP && members.size() == 1) {
            return Optional.empty();
        }
        List<RoleMember> others =
                voters.stream().filter(m -> m.id() != memberId).toList();
        if (action != Action.STOP && others.isEmpty()) {
            return Optional.of(onlyVoter(action, memberId));
        }
        int needed = (action == Action.STOP ? voters : others).size() / 2 + 1;
        long alive = alive(others);
        return alive >= needed
                ? Optional.empty()
                : Optional.of(wouldLoseQuorum(action, memberId, alive, needed, others));
    }

    private String onlyVoter(Action action, long memberId) {
        String name = names.apply(memberId);
        return members.size() == 1
                ? "Refused: " + name + " holds the only copy of the data; " + action.verb
                        + " it would delete the cluster. To wipe it: node-agent reset"
                : "Refused: " + name + " is the only voter; " + action.verb
                        + " it would leave nobody to decide. Wait until another node votes, or promote one first.";
    }

    private String wouldLoseQuorum(Action action, long memberId, long alive, int needed, List<RoleMember> others) {
        return String.format(
                Locale.ROOT,
                "Refused: %s %s would leave %d of %d needed voters alive. %s or add a node first."
                        + " To override: --force (may lose quorum).",
                action.verb,
                names.apply(memberId),
                alive,
                needed,
                wayBack(others));
    }

    private String withoutMajority(List<RoleMember> voters) {
        return String.format(
                Locale.ROOT,
                "Refused: %d of %d needed voters are alive, so that no change of members can be decided. %s or see:"
                        + " node-agent recover force-single",
                alive(voters),
                voters.size() / 2 + 1,
                wayBack(voters));
    }

    /** The beginning of a sentence that "or" goes on with. */
    private String wayBack(List<RoleMember> voters) {
        String offline = named(voters.stream().filter(m -> !m.online()).toList());
        String lagging =
                named(voters.stream().filter(m -> m.online() && !m.caughtUp()).toList());
        if (!offline.isEmpty()) {
            return "Bring " + offline + " back,";
        }
        return lagging.isEmpty() ? "Promote a node" : "Wait for " + lagging + " to catch up,";
    }

    private String named(List<RoleMember> some) {
        return some.stream().map(m -> names.apply(m.id())).collect(Collectors.joining(" and "));
    }

    private static long alive(List<RoleMember> voters) {
        return voters.stream().filter(m -> m.online() && m.caughtUp()).count();
    }
}

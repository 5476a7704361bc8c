package io.quorlite.agent.recover;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.util.List;

/** Whether this replica is the one to go on with. Pure. */
public final class Comparison {
    private Comparison() {}

    /**
     * @param own the replica that is to become the cluster
     * @param others those that could be looked at
     * @throws Refusal if one of them reaches further, or is of another cluster
     */
    public static void requireBest(Replica own, List<Replica> others) {
        for (Replica other : others) {
            if (!other.clusterId().equals(own.clusterId())) {
                throw new Refusal(
                        ExitCode.CONFLICT,
                        "OTHER_CLUSTER",
                        other.name() + " is of cluster " + other.clusterId() + ", this node of " + own.clusterId()
                                + ".",
                        "");
            }
            if (!own.reachesAsFarAs(other)) {
                throw new Refusal(
                        ExitCode.REFUSED_UNSAFE,
                        "NOT_THE_LONGEST_LOG",
                        "Refused: the log of " + other.name() + " reaches further (term " + other.lastTerm()
                                + ", index "
                                + other.lastIndex() + ") than that of " + own.name() + " (term " + own.lastTerm()
                                + ", index " + own.lastIndex() + "). Recover on " + other.name() + " instead.",
                        "");
            }
        }
    }

    /** The members whose logs could not be looked at: what only they have is lost. */
    public static List<String> unseen(Replica own, List<Replica> others) {
        return own.members().stream()
                .filter(name -> !name.equals(own.name())
                        && others.stream().noneMatch(other -> other.name().equals(name)))
                .toList();
    }
}

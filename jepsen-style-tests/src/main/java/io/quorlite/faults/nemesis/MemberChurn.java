package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;

/**
 * Members go and come by the commands that a user types: one, or the leader, is removed and later joins again with nothing, which
 * makes a learner of it that is sent a copy of the database and then takes a vote; one gives its vote back for a while; another
 * takes the lead. The cluster may refuse what would put a majority at risk.
 */
final class MemberChurn implements Fault {
    private static final Duration LEADER_LIMIT = Duration.ofSeconds(5);

    private enum Deed {
        REMOVE,
        REMOVE_LEADER,
        DEMOTE,
        MOVE_LEADER
    }

    private final FaultCluster cluster;
    private Deed deed = Deed.REMOVE;
    private int hit;

    MemberChurn(FaultCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public String begin(Random random) throws IOException, InterruptedException {
        deed = Deed.values()[random.nextInt(Deed.values().length)];
        hit = random.nextInt(cluster.size());
        if (deed == Deed.REMOVE_LEADER) {
            int leader = cluster.awaitLeader(LEADER_LIMIT);
            hit = leader < 0 ? hit : leader;
        }
        boolean done = cluster.joining().isMember(hit) && begin();
        return deed.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + FaultCluster.name(hit)
                + (done ? "" : ": refused");
    }

    private boolean begin() throws IOException, InterruptedException {
        return switch (deed) {
            case REMOVE, REMOVE_LEADER -> cluster.joining().remove(hit);
            case DEMOTE -> cluster.joining().tell("demote", hit);
            case MOVE_LEADER -> cluster.joining().tell("move-leader", hit);
        };
    }

    /**
     * Another fault may have taken the majority away, and cannot end before this has: who is not let in joins after the next deed, or
     * when everything is healed.
     */
    @Override
    public void end() throws IOException, InterruptedException {
        if (deed == Deed.DEMOTE) {
            cluster.joining().tell("promote", hit, "--auto");
        } else if (!cluster.joining().isMember(hit)) {
            cluster.tryRejoin(hit);
        }
    }

    @Override
    public long holdMillis(Random random) {
        return random.nextInt(3_000);
    }
}

package io.quorlite.datastore;

import io.quorlite.raft.StoppedMember;
import io.quorlite.replication.Member;
import io.quorlite.sqlite.SqliteStore;
import io.quorlite.sqlite.StorePosition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left to do when a majority of the voters is lost for good: the member whose log reaches furthest becomes the only one
 * of a new cluster. For operators; works on the directories of members that do not run, and refuses those of running ones.
 *
 * <p>Writes that were acknowledged are in the log of a majority. If the survivor was not part of it they are lost with the
 * others; what is in its log counts, acknowledged or not.
 */
public final class QuorumLoss {
    private static final Logger log = LoggerFactory.getLogger(QuorumLoss.class);

    /** Called between the steps, by their names; for tests, which stop there. */
    interface Checkpoint {
        void passed(String step) throws IOException;
    }

    private QuorumLoss() {}

    /**
     * Looks at a member's directory and changes nothing in it.
     *
     * @throws IOException if it is in use, or what is in it cannot be read or is damaged
     */
    public static LogPosition inspect(Path directory) throws IOException {
        try (DataDirectory data = DataDirectory.openStopped(directory)) {
            MemberIdentity identity = data.identity();
            StoppedMember.Position position = stopped(data, identity).position();
            return new LogPosition(
                    identity.clusterId(),
                    identity.memberId(),
                    identity.name(),
                    position.lastTerm(),
                    position.lastIndex(),
                    position.committedIndex(),
                    position.members());
        }
    }

    /**
     * Makes the member in {@code directory} the only voter of a new cluster, in which all entries of its log are committed. It is
     * opened without initial members from now on. Members of the old cluster are refused; they join with an empty directory and a
     * new id. The old identity stays beside the new one.
     *
     * <p>Until the new identity is in place the directory is as it was; from then on it is of the new cluster, also if the rest is
     * interrupted: it is done by the next call with the same id, or the next start.
     *
     * @throws IOException if the directory is in use, or what is in it cannot be read or is damaged
     */
    public static void forceNewGroup(Path directory, long newClusterId) throws IOException {
        forceNewGroup(directory, newClusterId, step -> {});
    }

    static void forceNewGroup(Path directory, long newClusterId, Checkpoint checkpoint) throws IOException {
        if (newClusterId == 0) {
            throw new IllegalArgumentException("an id of 0 means none");
        }
        try (DataDirectory data = DataDirectory.openStopped(directory)) {
            MemberIdentity before = data.identity();
            if (before.clusterId() != newClusterId) {
                StoppedMember.Position position =
                        stopped(data, before).position(); // damage shows before anything changes
                log.warn(
                        "{} leaves cluster {} and becomes the only member of cluster {} lastTerm={} lastIndex={}",
                        before.name(),
                        MemberIdentity.hex(before.clusterId()),
                        MemberIdentity.hex(newClusterId),
                        position.lastTerm(),
                        position.lastIndex());
                data.keepIdentity();
                checkpoint.passed("old identity kept");
                data.become(before.ofSurvivor(newClusterId));
                checkpoint.passed("new identity");
            }
            complete(data, checkpoint);
        }
    }

    /** Does what is left to do after a crash in the middle; nothing in a directory that was left in order. */
    static void complete(DataDirectory data) throws IOException {
        complete(data, step -> {});
    }

    private static void complete(DataDirectory data, Checkpoint checkpoint) throws IOException {
        MemberIdentity identity = data.identity();
        if (!identity.survivorPending()) {
            return;
        }
        StorePosition position = adopt(data, identity.clusterId());
        checkpoint.passed("database");
        stopped(data, identity).becomeSurvivor(position.appliedIndex(), position.appliedTerm());
        checkpoint.passed("log");
        data.become(identity.survivorDone());
        log.warn("{} is the only member of cluster {}", identity.name(), MemberIdentity.hex(identity.clusterId()));
    }

    /** Gives the database to the new cluster, durably with all it has applied. */
    private static StorePosition adopt(DataDirectory data, long clusterId) throws IOException {
        try (SqliteStore store = SqliteStore.open(StoreState.file(data.database()), 1, failed -> {})) {
            StorePosition position = store.position();
            if (position.clusterId() != clusterId) {
                store.begin();
                store.clusterId(clusterId);
                store.commit(position.appliedIndex(), position.appliedTerm(), position.stateHash());
            }
            store.persist();
            return position;
        }
    }

    private static StoppedMember stopped(DataDirectory data, MemberIdentity identity) {
        List<Member> initial = identity.initialMembers();
        return new StoppedMember(data.raft(), identity.self(), initial);
    }
}

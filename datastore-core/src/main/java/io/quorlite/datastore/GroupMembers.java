package io.quorlite.datastore;

import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.Replication;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The members of the group that the log replicates to. Thread-safe. */
final class GroupMembers implements ClusterMembers {
    /** As long as a change of several steps may take, and one before it. */
    static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Replication replication;
    private final Attempts attempts;

    /** @param attempts with {@link #TIMEOUT} */
    GroupMembers(Replication replication, Attempts attempts) {
        this.replication = replication;
        this.attempts = attempts;
    }

    @Override
    public List<Member> all() {
        return replication.members();
    }

    @Override
    public List<MemberProgress> progress() {
        return replication.progress();
    }

    @Override
    public CompletableFuture<Void> addLearner(Member member) {
        return change(new MemberChange.AddLearner(member));
    }

    @Override
    public CompletableFuture<Void> promote(long memberId) {
        return change(new MemberChange.Promote(memberId));
    }

    @Override
    public CompletableFuture<Void> demote(long memberId) {
        return change(new MemberChange.Demote(memberId));
    }

    @Override
    public CompletableFuture<Void> remove(long memberId) {
        return change(new MemberChange.Remove(memberId));
    }

    /** One that finds another under way, of the keeper of roles say, waits for its turn. */
    private CompletableFuture<Void> change(MemberChange change) {
        return attempts.call(() -> replication.changeMember(change), Set.of(Kind.OVERLOADED));
    }
}

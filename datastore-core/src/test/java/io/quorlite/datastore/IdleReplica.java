package io.quorlite.datastore;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Member;
import io.quorlite.replication.Replica;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Applies entries by counting them. Not thread-safe. */
class IdleReplica implements Replica {
    private long appliedIndex;

    @Override
    public long appliedIndex() {
        return appliedIndex;
    }

    @Override
    public long appliedTerm() {
        return 0;
    }

    @Override
    public void apply(List<CommittedEntry> entries) {
        appliedIndex = entries.get(entries.size() - 1).index();
    }

    @Override
    public void leadershipGained(long term) {}

    @Override
    public void leadershipLost() {}

    @Override
    public void leaderChanged(long leaderId, long term) {}

    @Override
    public void membersChanged(List<Member> members) {}

    @Override
    public long persist() {
        return appliedIndex;
    }

    @Override
    public DatabaseCopy copyTo(Path target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void install(Path copy) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<byte[]> answer(byte[] question) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void fatal(Throwable cause) {
        throw new AssertionError(cause);
    }
}

package io.quorlite.agent.join;

import io.quorlite.datastore.ClusterMembers;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A group whose changes are committed at once; that of a learner ends, as the real one does, only when it has answered. Thread-safe. */
final class MemoryMembers implements ClusterMembers {
    private final List<Member> members = new ArrayList<>();
    private final Map<Long, Long> silentMillis = new HashMap<>();
    private final Deque<DatastoreException> failures = new ArrayDeque<>();

    synchronized MemoryMembers voter(long id, String name, String address) {
        members.add(new Member(id, name, PeerAddress.parse(address), false));
        return this;
    }

    synchronized void silent(long id) {
        silentMillis.put(id, Long.MAX_VALUE);
    }

    synchronized void failNext(DatastoreException.Kind kind) {
        failures.add(new DatastoreException(kind, "as told"));
    }

    @Override
    public synchronized List<Member> all() {
        return List.copyOf(members);
    }

    @Override
    public synchronized List<MemberProgress> progress() {
        return members.stream()
                .map(member -> new MemberProgress(member.id(), 1, silentMillis.getOrDefault(member.id(), 0L), false))
                .toList();
    }

    @Override
    public synchronized CompletableFuture<Void> addLearner(Member member) {
        DatastoreException failure = failures.poll();
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        if (members.stream().anyMatch(each -> each.name().equals(member.name()))) {
            return CompletableFuture.failedFuture(
                    new DatastoreException(DatastoreException.Kind.TOO_MANY_OPERATIONS, "the name is taken"));
        }
        members.add(member);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletableFuture<Void> remove(long memberId) {
        members.removeIf(member -> member.id() == memberId);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> promote(long memberId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> demote(long memberId) {
        throw new UnsupportedOperationException();
    }
}

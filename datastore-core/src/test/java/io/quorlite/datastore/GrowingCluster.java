package io.quorlite.datastore;

import static io.quorlite.datastore.TestCluster.await;
import static io.quorlite.datastore.TestCluster.get;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;

/** Members in this process, the first of which began alone and to which others are added by invitation. */
final class GrowingCluster implements AutoCloseable {
    private final Path directory;
    private final Consumer<DatastoreConfig.Builder> settings;
    private final ConcurrentSkipListMap<String, Datastore> running = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<String, PeerAddress> addresses = new ConcurrentSkipListMap<>();

    GrowingCluster(Path directory, Consumer<DatastoreConfig.Builder> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    Path directory(String name) {
        return directory.resolve(name);
    }

    /** As at the first start, except for how it came to its group. */
    DatastoreConfig.Builder config(String name) {
        DatastoreConfig.Builder config =
                DatastoreConfig.builder(directory(name)).name(name);
        settings.accept(config);
        return config;
    }

    PeerAddress address(String name) {
        return addresses.computeIfAbsent(name, any -> free());
    }

    private static PeerAddress free() {
        try {
            return new PeerAddress("127.0.0.1", FreePorts.drawOne());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a member with a network, as its directory knows it; at the first start as a group of its own. */
    Datastore start(String name) throws IOException {
        return open(name, config(name).peerAdvertise(address(name)).build());
    }

    Datastore open(String name, DatastoreConfig config) throws IOException {
        Datastore store = Datastore.open(config);
        running.put(name, store);
        return store;
    }

    /** Starts a newcomer that nobody has added yet. */
    Datastore invite(String name, long memberId) throws IOException {
        long clusterId = member(running.firstKey()).status().clusterId();
        return open(
                name,
                config(name)
                        .peerAdvertise(address(name))
                        .invitation(new DatastoreConfig.Invitation(clusterId, memberId))
                        .build());
    }

    /** Starts a newcomer and adds it without a vote. */
    Datastore addLearner(String name, long memberId) throws Exception {
        Datastore newcomer = invite(name, memberId);
        Member member = new Member(memberId, name, address(name), true);
        change(members -> members.addLearner(member));
        return newcomer;
    }

    /** Starts a newcomer, adds it, and gives it a vote once it has caught up. */
    Datastore addVoter(String name, long memberId) throws Exception {
        Datastore newcomer = addLearner(name, memberId);
        awaitCaughtUp(memberId);
        change(members -> members.promote(memberId));
        return newcomer;
    }

    void awaitCaughtUp(long memberId) throws Exception {
        await("progress of member " + memberId, () -> {
            Datastore leader = leader();
            long last = leader.status().replication().commitIndex();
            return leader.membership().progress().stream()
                    .filter(each -> each.memberId() == memberId)
                    .mapToLong(MemberProgress::matchIndex)
                    .anyMatch(match -> match >= last);
        });
    }

    /** One change of members. */
    interface Change {
        CompletableFuture<Void> on(ClusterMembers members);
    }

    void change(Change change) throws Exception {
        get(change.on(leader().membership()));
    }

    Datastore leader() throws Exception {
        Datastore[] leader = new Datastore[1];
        await("a leader", () -> {
            for (Datastore store : running.values()) {
                if (store.status().replication().isLeader()) {
                    leader[0] = store;
                }
            }
            return leader[0] != null;
        });
        return leader[0];
    }

    Datastore member(String name) {
        Datastore store = running.get(name);
        if (store == null) {
            throw new IllegalStateException(name + " is not running");
        }
        return store;
    }

    static long id(Datastore store) {
        return store.status().replication().memberId();
    }

    void stop(String name) {
        Datastore store = running.remove(name);
        if (store != null) {
            store.close();
        }
    }

    /** Waits until all running members have applied the same. */
    void awaitEqual() throws Exception {
        await("equal members", () -> {
            HashResult first = null;
            for (Datastore store : running.values()) {
                HashResult hash = get(store.hash(0));
                if (first != null && !first.equals(hash)) {
                    return false;
                }
                first = hash;
            }
            return true;
        });
    }

    static List<String> voters(Datastore store) {
        return store.members().stream()
                .filter(member -> !member.learner())
                .map(Member::name)
                .sorted()
                .toList();
    }

    /** Repeats a call that may be refused until the group has settled. */
    static <T> T retried(Callable<T> call) throws Exception {
        Object[] result = new Object[1];
        await("success", () -> {
            try {
                result[0] = call.call();
                return true;
            } catch (java.util.concurrent.ExecutionException e) {
                return false;
            }
        });
        @SuppressWarnings("unchecked") // what the call returned
        T value = (T) result[0];
        return value;
    }

    @Override
    public void close() {
        List.copyOf(running.descendingKeySet()).forEach(this::stop);
    }
}

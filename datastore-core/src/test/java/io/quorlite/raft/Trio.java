package io.quorlite.raft;

import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Members 1, 2 and 3 of a group in this process, each on a loopback port with a directory of its own. */
final class Trio implements AutoCloseable {
    private final Path directory;
    private final UnaryOperator<RaftConfig.Builder> settings;
    private final List<Member> members = new ArrayList<>();
    private final RaftReplication[] rafts = new RaftReplication[5];
    private final FileReplica[] replicas = new FileReplica[5];

    Trio(Path directory, UnaryOperator<RaftConfig.Builder> settings) throws IOException {
        this.directory = directory;
        this.settings = settings;
        for (int id = 1; id <= 3; id++) {
            members.add(newMember(id));
        }
    }

    static Member newMember(int id) throws IOException {
        return new Member(id, "n" + id, new PeerAddress("127.0.0.1", FreePorts.drawOne()), false);
    }

    /** Where one does not start, none is left: it would be in the way of later tests. */
    Trio startAll() throws IOException {
        boolean started = false;
        try {
            for (int id = 1; id <= 3; id++) {
                start(id);
            }
            leader();
            started = true;
            return this;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    void start(int id) throws IOException {
        start(members.get(id - 1), members);
    }

    void start(Member self, List<Member> initial) throws IOException {
        int id = (int) self.id();
        RaftConfig.Builder builder = RaftConfig.builder(directory.resolve("raft" + id), 77, self)
                .initialMembers(initial)
                .electionTimeout(Duration.ofMillis(600))
                .logSegmentBytes(1 << 20);
        replicas[id] = new FileReplica(directory.resolve("db" + id).resolve("entries"));
        rafts[id] = new RaftReplication(settings.apply(builder).build());
        rafts[id].start(replicas[id]);
    }

    /** Stops a member; its transport goes away without a word to the others. */
    void stop(int id) throws IOException {
        rafts[id].close();
        replicas[id].close();
    }

    /** Cuts all connections of a member, in both directions, for good. It runs on until it is stopped. */
    void cutOff(int id) {
        Objects.requireNonNull(rafts[id].transport()).close();
    }

    RaftReplication raft(int id) {
        return rafts[id];
    }

    FileReplica replica(int id) {
        return replicas[id];
    }

    /** Waits for a member that leads, and that all running ones know. */
    int leader(int... running) {
        int[] ids = running.length == 0 ? new int[] {1, 2, 3} : running;
        Waiting.until("a leader all know", () -> agreedLeader(ids) != null);
        Integer leader = agreedLeader(ids);
        return leader == null ? leader(running) : leader;
    }

    private @Nullable Integer agreedLeader(int[] ids) {
        for (int id : ids) {
            if (rafts[id].status().isLeader() && allFollow(ids, id)) {
                return id;
            }
        }
        return null;
    }

    private boolean allFollow(int[] ids, int leader) {
        for (int id : ids) {
            if (rafts[id].status().leaderId() != leader) {
                return false;
            }
        }
        return true;
    }

    int follower() {
        return leader() % 3 + 1;
    }

    @Override
    public void close() throws IOException {
        for (int id = 1; id < rafts.length; id++) {
            if (rafts[id] != null) {
                rafts[id].close();
            }
        }
        for (int id = 1; id < rafts.length; id++) {
            if (replicas[id] != null) {
                replicas[id].close();
            }
        }
    }
}

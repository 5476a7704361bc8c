package io.quorlite.raft.transport;

import io.quorlite.replication.PeerAddress;
import io.quorlite.sofajraft.Iterator;
import io.quorlite.sofajraft.JRaftServiceFactory;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.RaftGroupService;
import io.quorlite.sofajraft.ReplicatorGroup;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.closure.ReadIndexClosure;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.core.StateMachineAdapter;
import io.quorlite.sofajraft.entity.LeaderChangeContext;
import io.quorlite.sofajraft.entity.Task;
import io.quorlite.sofajraft.entity.codec.LogEntryCodecFactory;
import io.quorlite.sofajraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.quorlite.sofajraft.option.NodeOptions;
import io.quorlite.sofajraft.option.RaftOptions;
import io.quorlite.sofajraft.option.ReadOnlyOption;
import io.quorlite.sofajraft.storage.LogStorage;
import io.quorlite.sofajraft.storage.RaftMetaStorage;
import io.quorlite.sofajraft.storage.SnapshotStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A member of a group of the real engine: its stores outlive its runs. The state is the list of the numbers applied. */
final class EngineMember implements AutoCloseable {
    private static final String GROUP = "group";

    final long id;
    private final AddressBook book;
    private final List<Long> members;
    private final int electionTimeoutMillis;
    final SlowDisk disk = new SlowDisk();
    private final MemoryLogStorage log = new MemoryLogStorage(disk);
    private final MemoryVoteStorage votes = new MemoryVoteStorage(disk);
    private final ElectionPatience patience = new ElectionPatience(() -> true);
    private volatile Numbers numbers = new Numbers(patience);
    private @Nullable PeerTransport transport;
    private @Nullable RaftGroupService service;

    EngineMember(long id, AddressBook book, List<Long> members, int electionTimeoutMillis) {
        this.electionTimeoutMillis = electionTimeoutMillis;
        this.id = id;
        this.book = book;
        this.members = members;
    }

    private static final class Numbers extends StateMachineAdapter {
        final List<Integer> applied = new ArrayList<>();
        volatile int count;
        private final ElectionPatience patience;

        Numbers(ElectionPatience patience) {
            this.patience = patience;
        }

        @Override
        public void onLeaderStart(long term) {
            patience.leader(true);
        }

        @Override
        public void onLeaderStop(Status status) {
            patience.leader(false);
        }

        @Override
        public void onStartFollowing(LeaderChangeContext context) {
            patience.leader(true);
        }

        @Override
        public void onStopFollowing(LeaderChangeContext context) {
            patience.leader(false);
        }

        @Override
        public void onApply(Iterator entries) {
            for (; entries.hasNext(); entries.next()) {
                applied.add(entries.getData().getInt(entries.getData().position()));
                count = applied.size();
                if (entries.done() != null) {
                    entries.done().run(Status.OK());
                }
            }
        }
    }

    private final class Stores implements JRaftServiceFactory {
        @Override
        public LogStorage createLogStorage(String uri, RaftOptions options) {
            return log;
        }

        @Override
        public SnapshotStorage createSnapshotStorage(NodeOptions options) {
            throw new UnsupportedOperationException("no snapshots here");
        }

        @Override
        public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
            return votes;
        }

        @Override
        public LogEntryCodecFactory createLogEntryCodecFactory() {
            return LogEntryV2CodecFactory.getInstance();
        }
    }

    void start() throws IOException {
        numbers = new Numbers(patience);
        PeerTransport started = new PeerTransport(
                PeerTransportConfig.of(TransportCluster.CLUSTER, id, new PeerAddress("127.0.0.1", 0)), book);
        transport = started;
        NettyRpcServer server = new NettyRpcServer(started, 2);
        started.start();
        book.put(id, started.boundAddress());
        started.keepConnected(members);
        QuorliteNodeOptions options = new QuorliteNodeOptions(started, patience, new Unheard());
        Configuration group = new Configuration();
        members.forEach(member -> group.addPeer(PeerIds.of(member)));
        options.setInitialConf(group);
        options.setServiceFactory(new Stores());
        options.setFsm(numbers);
        options.setLogUri("memory");
        options.setRaftMetaUri("memory");
        options.setElectionTimeoutMs(electionTimeoutMillis);
        options.setRpcConnectTimeoutMs(250);
        options.setRpcProcessorThreadPoolSize(3);
        options.setTimerPoolSize(1);
        RaftOptions raft = new RaftOptions();
        raft.setDisruptorBufferSize(1024);
        raft.setMaxElectionDelayMs(electionTimeoutMillis);
        raft.setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe);
        options.setRaftOptions(raft);
        RaftGroupService running = new RaftGroupService(GROUP, PeerIds.of(id), options, server);
        service = running;
        ScheduledRaftTimerFactory.stretching(patience, UnaryOperator.identity(), () -> running.start() != null);
    }

    Node node() {
        if (service == null) {
            throw new IllegalStateException(MemberIds.text(id) + " is not started");
        }
        return service.getRaftNode();
    }

    boolean isRunning() {
        return service != null;
    }

    PeerTransport transport() {
        if (transport == null) {
            throw new IllegalStateException(MemberIds.text(id) + " is not started");
        }
        return transport;
    }

    /** Proposes a number; completes with how that ended. */
    CompletableFuture<Status> propose(int number) {
        CompletableFuture<Status> outcome = new CompletableFuture<>();
        ByteBuffer data = ByteBuffer.allocate(4).putInt(0, number);
        node().apply(new Task(data, outcome::complete));
        return outcome;
    }

    CompletableFuture<Long> readIndex() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        node().readIndex(new byte[0], new ReadIndexClosure() {
            @Override
            public void run(Status status, long index, byte[] context) {
                if (status.isOk()) {
                    answer.complete(index);
                } else {
                    answer.completeExceptionally(new IOException(status.toString()));
                }
            }
        });
        return answer;
    }

    int appliedCount() {
        return numbers.count;
    }

    /** To be read when nothing is applied any more. */
    List<Integer> applied() {
        return numbers.applied;
    }

    void stop() throws InterruptedException {
        RaftGroupService running = service;
        if (running != null) {
            service = null;
            Node node = running.getRaftNode();
            running.shutdown();
            node.join();
        }
        if (transport != null) {
            transport.close();
        }
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Unheard implements ReplicationListener {
        @Override
        public void replicators(ReplicatorGroup replicators) {}

        @Override
        public void answered(long memberId) {}
    }
}

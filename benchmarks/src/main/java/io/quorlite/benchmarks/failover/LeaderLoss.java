package io.quorlite.benchmarks.failover;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.benchmarks.servers.ServerGroup;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * How long no write is acknowledged when the leader of three is killed with {@code kill -9}: the same client on both servers, alternately.
 * After each kill the member is started again and given time to catch up.
 */
final class LeaderLoss {
    private static final int WRITES = 200;
    private static final long WAIT_SECONDS = 60;

    private final List<ServerGroup> groups;
    private final int kills;

    LeaderLoss(List<ServerGroup> groups, int kills) {
        this.groups = groups;
        this.kills = kills;
    }

    void run() throws Exception {
        List<Run> runs = new ArrayList<>();
        try {
            for (ServerGroup group : groups) {
                runs.add(new Run(group));
            }
            for (int i = 0; i < kills; i++) {
                for (Run run : runs) {
                    run.killLeader();
                }
            }
        } finally {
            runs.forEach(Run::close);
            groups.forEach(ServerGroup::close);
        }
        System.out.println(
                "| leader kill -9 to next write | median ms | all ms, sorted | without a kill: median of longest pauses |\n"
                        + "| --- | ---: | --- | ---: |");
        runs.forEach(System.out::println);
    }

    /** A group under load, and what was seen of it. */
    private final class Run implements AutoCloseable {
        private final ServerGroup group;
        private final List<ManagedChannel> channels = new ArrayList<>();
        private final SteadyPuts puts;
        private final List<Long> pauses = new ArrayList<>();
        private final List<Long> controls = new ArrayList<>();

        Run(ServerGroup group) throws Exception {
            this.group = group;
            group.start();
            for (int port : group.clientPorts()) {
                channels.add(NettyChannelBuilder.forAddress("127.0.0.1", port)
                        .usePlaintext()
                        .build());
            }
            this.puts = new SteadyPuts(group.clientPorts());
            awaitAllFollow();
            puts.awaitMore(5 * WRITES, WAIT_SECONDS);
        }

        void killLeader() throws Exception {
            int leader = awaitAllFollow();
            puts.takeLongestPauseMillis();
            puts.awaitMore(WRITES, WAIT_SECONDS);
            controls.add(puts.takeLongestPauseMillis());
            group.kill(leader);
            puts.awaitMore(WRITES, WAIT_SECONDS);
            pauses.add(puts.takeLongestPauseMillis());
            group.restart(leader);
            awaitAllFollow();
        }

        /** Waits until all members follow one leader, and returns its number. */
        private int awaitAllFollow() throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
            while (System.nanoTime() < deadline) {
                int leader = leaderOfAll();
                if (leader >= 0) {
                    return leader;
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
            throw new IllegalStateException("no leader that all follow within " + WAIT_SECONDS + " s");
        }

        private int leaderOfAll() {
            int leader = -1;
            long leaderId = 0;
            for (int i = 0; i < channels.size(); i++) {
                channels.get(i).resetConnectBackoff();
                try {
                    StatusResponse status = MaintenanceGrpc.newBlockingStub(channels.get(i))
                            .withDeadlineAfter(2, TimeUnit.SECONDS)
                            .status(StatusRequest.getDefaultInstance());
                    if (status.getLeader() == 0 || leaderId != 0 && status.getLeader() != leaderId) {
                        return -1;
                    }
                    leaderId = status.getLeader();
                    leader = status.getHeader().getMemberId() == leaderId ? i : leader;
                } catch (StatusRuntimeException e) {
                    return -1; // it is starting
                }
            }
            return leader;
        }

        @Override
        public void close() {
            puts.close();
            channels.forEach(ManagedChannel::shutdownNow);
        }

        @Override
        public String toString() {
            pauses.sort(null);
            controls.sort(null);
            return String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %d |",
                    group.kind().name().toLowerCase(Locale.ROOT),
                    pauses.get(pauses.size() / 2),
                    pauses,
                    controls.get(controls.size() / 2));
        }
    }
}

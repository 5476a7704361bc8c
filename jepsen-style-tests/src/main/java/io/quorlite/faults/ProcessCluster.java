package io.quorlite.faults;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.etcd.proto.rpc.HashKVRequest;
import io.quorlite.etcd.proto.rpc.HashKVResponse;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.MaintenanceGrpc;
import io.quorlite.etcd.proto.rpc.StatusRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Members of one cluster, each a process, on free ports of the loopback address. Stubs are raw: nothing is retried. */
public final class ProcessCluster implements AutoCloseable {
    private static final long CALL_SECONDS = 10;

    private final List<NodeProcess> nodes = new ArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    /** @param options further options of {@code node-agent run}, the same for each member */
    public ProcessCluster(Path launcher, Path folder, int size, List<String> options) throws IOException {
        List<Integer> clientPorts = FreePorts.draw(size);
        List<String> members = new ArrayList<>();
        for (int port : FreePorts.draw(size)) {
            members.add("n" + (members.size() + 1) + "=127.0.0.1:" + port);
        }
        for (int i = 0; i < size; i++) {
            List<String> all = new ArrayList<>(List.of("--listen-client", "127.0.0.1:" + clientPorts.get(i)));
            if (size > 1) {
                all.addAll(List.of("--initial-cluster", String.join(",", members)));
            }
            all.addAll(options);
            nodes.add(new NodeProcess("n" + (i + 1), launcher, folder, all));
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", clientPorts.get(i))
                    .usePlaintext()
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .build());
        }
    }

    public int size() {
        return nodes.size();
    }

    public NodeProcess node(int index) {
        return nodes.get(index);
    }

    public void startAll() throws IOException, InterruptedException {
        for (NodeProcess node : nodes) {
            node.start();
        }
        Waiting.until("a leader", Duration.ofSeconds(60), () -> leader() >= 0);
    }

    public KVGrpc.KVBlockingStub kv(int index) {
        return KVGrpc.newBlockingStub(channel(index)).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    public StatusResponse status(int index) {
        return MaintenanceGrpc.newBlockingStub(channel(index))
                .withDeadlineAfter(2, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    public HashKVResponse hash(int index, long revision) {
        return MaintenanceGrpc.newBlockingStub(channel(index))
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
    }

    public ManagedChannel channel(int index) {
        // A channel that met a dead node waits longer and longer; a test wants to know at once.
        ManagedChannel channel = channels.get(index);
        channel.resetConnectBackoff();
        return channel;
    }

    /** The member that says of itself that it leads, in the highest term of those; -1 where none does. */
    public int leader() {
        int leader = -1;
        long term = 0;
        for (int i = 0; i < nodes.size(); i++) {
            if (nodes.get(i).isAlive()) {
                try {
                    StatusResponse status = status(i);
                    if (status.getLeader() == status.getHeader().getMemberId() && status.getRaftTerm() > term) {
                        leader = i;
                        term = status.getRaftTerm();
                    }
                } catch (io.grpc.StatusRuntimeException e) {
                    continue; // it is starting or stopping
                }
            }
        }
        return leader;
    }

    @Override
    public void close() throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
        for (NodeProcess node : nodes) {
            node.close();
        }
    }
}

package io.quorlite.benchmarks.load;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connections to all members of a group, several to each, and raw asynchronous stubs on them: no retries, no hand-over between threads. */
public final class Target implements AutoCloseable {
    private static final int CHANNELS = 6;
    private static final int REPLY_BYTES_MAX = 256 << 20;

    private final List<Integer> ports;
    private final List<ManagedChannel> channels = new ArrayList<>();

    public Target(List<Integer> ports) {
        this.ports = List.copyOf(ports);
        for (int i = 0; i < Math.max(CHANNELS, ports.size()); i++) {
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", ports.get(i % ports.size()))
                    .usePlaintext()
                    .directExecutor()
                    .maxInboundMessageSize(REPLY_BYTES_MAX)
                    .build());
        }
    }

    /** The stub for a request with this number; neighbours in number go to different members. */
    KVGrpc.KVStub kv(int number) {
        return KVGrpc.newStub(channel(number));
    }

    LeaseGrpc.LeaseStub lease(int number) {
        return LeaseGrpc.newStub(channel(number));
    }

    WatchGrpc.WatchStub watch(int number) {
        return WatchGrpc.newStub(channel(number));
    }

    /** Compacts up to the newest revision and returns when the superseded rows are gone. */
    public void compactPhysically(long secondsMax) {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel(0)).withDeadlineAfter(secondsMax, TimeUnit.SECONDS);
        long revision = kv.range(RangeRequest.newBuilder()
                        .setKey(Puts.key(0, 1))
                        .setCountOnly(true)
                        .build())
                .getHeader()
                .getRevision();
        kv.compact(CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build());
    }

    ManagedChannel channel(int number) {
        return channels.get(Math.floorMod(number, channels.size()));
    }

    /** Tries until a first put succeeds; before, only whether the ports are open, since the servers that start need the cores. */
    public void awaitFirstPut(long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Operation put = new Puts(this, 1, 1);
        while (!arePortsOpen() || new ClosedLoop(put).once(2) == 0) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no put succeeded within " + seconds + " s");
            }
            TimeUnit.MILLISECONDS.sleep(5);
            channels.forEach(ManagedChannel::resetConnectBackoff);
        }
    }

    private boolean arePortsOpen() {
        for (int port : ports) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}

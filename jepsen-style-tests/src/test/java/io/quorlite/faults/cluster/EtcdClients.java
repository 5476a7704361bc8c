package io.quorlite.faults.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.etcd.proto.kv.KeyValue;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The etcd API of nodes with mutual TLS, as a client of the cluster reaches it. Nothing is retried. */
final class EtcdClients {
    private static final long CALL_SECONDS = 10;
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});

    private EtcdClients() {}

    /** @param who whose certificate in {@code pki} is shown: client, admin or node */
    static ManagedChannel channel(String host, int port, Path pki, String who) throws IOException {
        return NettyChannelBuilder.forAddress(host, port)
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(pki.resolve("ca.crt").toFile())
                        .keyManager(
                                pki.resolve(who + ".crt").toFile(),
                                pki.resolve(who + ".key").toFile())
                        .build())
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    static long put(ManagedChannel channel, String key, ByteString value) {
        return KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(value)
                        .build())
                .getHeader()
                .getRevision();
    }

    static long put(ManagedChannel channel, String key, String value) {
        return put(channel, key, ByteString.copyFromUtf8(value));
    }

    /** Of all keys, as the asked node has them itself. */
    static Map<String, Long> modRevisions(ManagedChannel channel) {
        Map<String, Long> found = new TreeMap<>();
        for (KeyValue kv : KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .range(RangeRequest.newBuilder()
                        .setKey(EVERYTHING)
                        .setRangeEnd(EVERYTHING)
                        .setKeysOnly(true)
                        .setSerializable(true)
                        .build())
                .getKvsList()) {
            found.put(kv.getKey().toStringUtf8(), kv.getModRevision());
        }
        return found;
    }
}

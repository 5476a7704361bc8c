package io.quorlite.raft.transport;

import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Transports of one cluster on loopback that share an address book; closes them all. */
final class TransportCluster implements AutoCloseable {
    static final long CLUSTER = 0xC1;

    final AddressBook book = new AddressBook();
    private final List<PeerTransport> transports = new ArrayList<>();

    PeerTransport start(long memberId) throws IOException {
        return start(memberId, CLUSTER, 0, builder -> builder);
    }

    PeerTransport start(long memberId, UnaryOperator<PeerTransportConfig.Builder> settings) throws IOException {
        return start(memberId, CLUSTER, 0, settings);
    }

    PeerTransport start(long memberId, long clusterId, int port, UnaryOperator<PeerTransportConfig.Builder> settings)
            throws IOException {
        PeerAddress listen = new PeerAddress("127.0.0.1", port);
        PeerTransport transport = new PeerTransport(
                settings.apply(PeerTransportConfig.builder(clusterId, memberId, listen)
                                .refusedDelayMillis(50)
                                .silenceTimeoutMillis(5_000)) // the machine may be busy
                        .build(),
                book);
        transports.add(transport);
        transport.start();
        book.put(memberId, transport.boundAddress());
        return transport;
    }

    /** Connects {@code from} to a member and waits for it. */
    static void connect(PeerTransport from, long toMemberId) throws InterruptedException {
        Await.until("connected", () -> from.connect(toMemberId));
    }

    /** How a call failed. */
    static PeerUnavailableException failureOf(CompletableFuture<byte[]> call) throws Exception {
        try {
            call.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PeerUnavailableException failure) {
                return failure;
            }
            throw e;
        }
        throw new AssertionError("the call was answered");
    }

    @Override
    public void close() {
        transports.forEach(PeerTransport::close);
    }
}

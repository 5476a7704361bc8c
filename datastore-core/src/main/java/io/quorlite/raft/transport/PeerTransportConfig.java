package io.quorlite.raft.transport;

import io.quorlite.replication.PeerAddress;
import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a {@link PeerTransport}.
 *
 * @param listen where to accept connections; port 0 takes a free one
 * @param frameBytesMax the longest frame accepted or sent, header included
 * @param outboundBytesMax bytes that may wait for one connection; beyond them requests are refused as overload
 * @param pendingCallsMax requests that may wait for their answers on one connection
 * @param connectTimeoutMillis for TCP to connect
 * @param handshakeTimeoutMillis for TLS and the hello after that
 * @param silenceTimeoutMillis about how long a peer may be silent while something is awaited of it before the connection is
 *     dropped and replaced; a connection on which nothing happens is asked for a sign of life
 * @param reconnectDelayMinMillis pause after the first failed attempt to connect; it doubles with each further one
 * @param reconnectDelayMaxMillis the longest pause between two attempts
 * @param refusedDelayMillis pause after a peer refused us, or was another one than expected
 * @param ioThreads threads of the event loop
 * @param tls mutual TLS, null for plain text
 * @param certificateCheckMillis how often the certificates of living connections are looked at again
 */
public record PeerTransportConfig(
        long clusterId,
        long memberId,
        PeerAddress listen,
        int frameBytesMax,
        long outboundBytesMax,
        int pendingCallsMax,
        int connectTimeoutMillis,
        int handshakeTimeoutMillis,
        int silenceTimeoutMillis,
        int reconnectDelayMinMillis,
        int reconnectDelayMaxMillis,
        int refusedDelayMillis,
        int ioThreads,
        @Nullable PeerTls tls,
        int certificateCheckMillis) {

    public PeerTransportConfig {
        if (memberId == 0) {
            throw new IllegalArgumentException("member id 0 means none");
        }
        requirePositive("frameBytesMax", frameBytesMax);
        requirePositive("outboundBytesMax", outboundBytesMax);
        requirePositive("pendingCallsMax", pendingCallsMax);
        requirePositive("connectTimeoutMillis", connectTimeoutMillis);
        requirePositive("handshakeTimeoutMillis", handshakeTimeoutMillis);
        requirePositive("silenceTimeoutMillis", silenceTimeoutMillis);
        requirePositive("reconnectDelayMinMillis", reconnectDelayMinMillis);
        requirePositive("reconnectDelayMaxMillis", reconnectDelayMaxMillis);
        requirePositive("refusedDelayMillis", refusedDelayMillis);
        requirePositive("ioThreads", ioThreads);
        requirePositive("certificateCheckMillis", certificateCheckMillis);
    }

    /** The defaults, which suit members on one LAN. */
    public static PeerTransportConfig of(long clusterId, long memberId, PeerAddress listen) {
        return builder(clusterId, memberId, listen).build();
    }

    public static Builder builder(long clusterId, long memberId, PeerAddress listen) {
        return new Builder(clusterId, memberId, listen);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /** Builds a configuration from the defaults. Not thread-safe. */
    public static final class Builder {
        private final long clusterId;
        private final long memberId;
        private final PeerAddress listen;
        private int frameBytesMax = 16 << 20;
        private long outboundBytesMax = 64 << 20;
        private int pendingCallsMax = 65_536;
        private int connectTimeoutMillis = 500;
        private int handshakeTimeoutMillis = 2_000;
        private int silenceTimeoutMillis = 800;
        private int reconnectDelayMinMillis = 20;
        private int reconnectDelayMaxMillis = 250;
        private int refusedDelayMillis = 2_000;
        private int ioThreads = 1;
        private @Nullable PeerTls tls;
        private int certificateCheckMillis = 2_000;

        private Builder(long clusterId, long memberId, PeerAddress listen) {
            this.clusterId = clusterId;
            this.memberId = memberId;
            this.listen = listen;
        }

        public Builder frameBytesMax(int bytes) {
            frameBytesMax = bytes;
            return this;
        }

        public Builder outboundBytesMax(long bytes) {
            outboundBytesMax = bytes;
            return this;
        }

        public Builder pendingCallsMax(int calls) {
            pendingCallsMax = calls;
            return this;
        }

        public Builder connectTimeoutMillis(int millis) {
            connectTimeoutMillis = millis;
            return this;
        }

        public Builder handshakeTimeoutMillis(int millis) {
            handshakeTimeoutMillis = millis;
            return this;
        }

        public Builder silenceTimeoutMillis(int millis) {
            silenceTimeoutMillis = millis;
            return this;
        }

        public Builder reconnectDelayMillis(int min, int max) {
            reconnectDelayMinMillis = min;
            reconnectDelayMaxMillis = max;
            return this;
        }

        public Builder refusedDelayMillis(int millis) {
            refusedDelayMillis = millis;
            return this;
        }

        public Builder ioThreads(int threads) {
            ioThreads = threads;
            return this;
        }

        /** Both are asked at each handshake, so keys, certificates and authorities may change while the transport runs. */
        public Builder tls(TlsIdentity identity, CertificateCheck check) {
            tls = PeerTls.of(identity, check);
            return this;
        }

        public Builder certificateCheckMillis(int millis) {
            certificateCheckMillis = millis;
            return this;
        }

        public PeerTransportConfig build() {
            return new PeerTransportConfig(
                    clusterId,
                    memberId,
                    listen,
                    frameBytesMax,
                    outboundBytesMax,
                    pendingCallsMax,
                    connectTimeoutMillis,
                    handshakeTimeoutMillis,
                    silenceTimeoutMillis,
                    reconnectDelayMinMillis,
                    reconnectDelayMaxMillis,
                    refusedDelayMillis,
                    ioThreads,
                    tls,
                    certificateCheckMillis);
        }
    }
}

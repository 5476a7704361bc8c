package io.quorlite.etcd;

import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an {@link EtcdServer}; see {@link Builder} for the defaults.
 *
 * @param listen TCP addresses, and Unix sockets as {@link java.net.UnixDomainSocketAddress}
 * @param version the etcd version reported, whose features are complete here
 * @param electionTimeout the store's; streams that ask for a leader end after three of them without one
 * @param requestBytesMax the largest write
 * @param concurrentStreamsMax streams a connection may have open at once
 * @param security mutual TLS on the TCP addresses; null for plain text
 */
public record EtcdServerConfig(
        List<SocketAddress> listen,
        String version,
        Duration electionTimeout,
        int requestBytesMax,
        int concurrentStreamsMax,
        @Nullable Security security) {
    /** The newest etcd whose features are complete here; it switches an API server's watch-progress features on. */
    public static final String DEFAULT_VERSION = "3.6.8";

    public EtcdServerConfig {
        listen = List.copyOf(listen);
        if (listen.isEmpty()) {
            throw new IllegalArgumentException("no address to listen on");
        }
        if (!version.matches("\\d+\\.\\d+\\.\\d+.*")) {
            throw new IllegalArgumentException("not a version: '" + version + "'");
        }
    }

    /** Who this server is and whom it believes, and the look at a client's certificate that follows. */
    public record Security(TlsIdentity identity, CertificateCheck check) {}

    @Nullable ConnectionSecurity connectionSecurity() {
        return security == null ? null : new ConnectionSecurity(security.identity(), security.check());
    }

    /** The version of the cluster as a whole: the reported one's first two numbers. */
    String clusterVersion() {
        String[] numbers = version.split("\\.", 3);
        return numbers[0] + "." + numbers[1] + ".0";
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; what is not set has the default shown at the field. Not thread-safe. */
    public static final class Builder {
        private final List<SocketAddress> listen = new ArrayList<>();
        private String version = DEFAULT_VERSION;
        private Duration electionTimeout = Duration.ofMillis(500);
        private int requestBytesMax = 1_572_864; // etcd's 1.5 MiB
        private int concurrentStreamsMax = 10_000;
        private @Nullable Security security;

        private Builder() {}

        public Builder listen(SocketAddress address) {
            listen.add(address);
            return this;
        }

        public Builder listen(String host, int port) {
            return listen(new InetSocketAddress(host, port));
        }

        public Builder version(String version) {
            this.version = version;
            return this;
        }

        public Builder electionTimeout(Duration electionTimeout) {
            this.electionTimeout = electionTimeout;
            return this;
        }

        public Builder requestBytesMax(int requestBytesMax) {
            this.requestBytesMax = requestBytesMax;
            return this;
        }

        public Builder concurrentStreamsMax(int concurrentStreamsMax) {
            this.concurrentStreamsMax = concurrentStreamsMax;
            return this;
        }

        /** Mutual TLS on the TCP addresses; Unix sockets stay in plain text. */
        public Builder security(Security security) {
            this.security = security;
            return this;
        }

        public EtcdServerConfig build() {
            return new EtcdServerConfig(
                    listen, version, electionTimeout, requestBytesMax, concurrentStreamsMax, security);
        }
    }
}

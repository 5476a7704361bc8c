package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.RoleTargets;
import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a member. Every limit has a name and a default; see {@link Builder}.
 *
 * @param clusterToken tells clusters apart that are bootstrapped with the same names and addresses
 * @param clientUrls what this member tells clients to connect to, spread to all members
 * @param peers the initial members, this one included, the same at all of them; an id of 0 stands for the one derived from token,
 *     name and address. Empty: as stored in the directory, or at a first start a group of one
 * @param peerListen where this member listens for the others; with port 0 at its own address among {@code peers}. A group of
 *     one has no network and listens nowhere
 * @param electionTimeout how long the leader may be silent before another is elected
 * @param requestTimeout after what time a request is answered in any case
 * @param quotaBytes bytes in use from which on only what frees space is taken
 * @param requestBytesMax keys and values of one request
 * @param operationsMax compares, and operations of each branch, of one transaction
 * @param applyLagMax committed entries that may wait to be applied; beyond, writes are refused
 * @param readThreads threads, and connections, that read
 * @param logTailEntries applied entries that the log keeps for followers that lag a little
 * @param snapshotEntries after how many entries the log is compacted
 * @param watchProgressInterval how often a silent watch that wants it is told of progress
 * @param peerAdvertise where the others reach this member; given to a member without {@code peers}, it opens its peer port, so
 *     that others can join it. Null: as in the directory
 * @param invitation what a newcomer was told; without peers, at a first start only
 * @param peerSecurity mutual TLS between members, null for plain text
 * @param roleTargets how many voters and standbys there shall be, and that roles are given automatically; null: members keep the
 *     roles they are given
 */
public record DatastoreConfig(
        Path directory,
        String name,
        String clusterToken,
        List<Member> peers,
        PeerAddress peerListen,
        List<String> clientUrls,
        Duration electionTimeout,
        Duration requestTimeout,
        long quotaBytes,
        int requestBytesMax,
        int operationsMax,
        int applyLagMax,
        int readThreads,
        long logSegmentBytes,
        long logTailEntries,
        long snapshotEntries,
        Duration watchProgressInterval,
        @Nullable PeerAddress peerAdvertise,
        @Nullable Invitation invitation,
        @Nullable PeerSecurity peerSecurity,
        @Nullable RoleTargets roleTargets) {

    public DatastoreConfig {
        peers = List.copyOf(peers);
        requirePositive("electionTimeout in ms", electionTimeout.toMillis());
        requirePositive("requestTimeout in ms", requestTimeout.toMillis());
        requirePositive("quotaBytes", quotaBytes);
        requirePositive("requestBytesMax", requestBytesMax);
        requirePositive("operationsMax", operationsMax);
        requirePositive("applyLagMax", applyLagMax);
        requirePositive("readThreads", readThreads);
        requirePositive("logSegmentBytes", logSegmentBytes);
        requirePositive("snapshotEntries", snapshotEntries);
        requirePositive("watchProgressInterval in ms", watchProgressInterval.toMillis());
        if (peerAdvertise != null && peerAdvertise.port() == 0) {
            throw new IllegalArgumentException("others cannot reach a member at port 0: " + peerAdvertise);
        }
        if (logTailEntries < 0) {
            throw new IllegalArgumentException("logTailEntries must not be negative: " + logTailEntries);
        }
    }

    /** What a newcomer must know of the group that adds it: the group's id and its own in it. */
    public record Invitation(long clusterId, long memberId) {
        public Invitation {
            if (clusterId == 0 || memberId == 0) {
                throw new IllegalArgumentException("an id of 0 means none");
            }
        }
    }

    /** Mutual TLS between members, and the look at the certificate that follows it. */
    public record PeerSecurity(TlsIdentity identity, CertificateCheck check) {}

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive: " + value);
        }
    }

    /** A single node of its own in {@code directory}. */
    public static DatastoreConfig inDirectory(Path directory) {
        return builder(directory).build();
    }

    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    /** Collects settings; what is not set has the default shown at the field. Not thread-safe. */
    public static final class Builder {
        private final Path directory;
        private String name = "default";
        private String clusterToken = "quorlite-cluster";
        private List<Member> peers = List.of();
        private PeerAddress peerListen = new PeerAddress("127.0.0.1", 0);
        private List<String> clientUrls = List.of();
        private Duration electionTimeout = Duration.ofMillis(500);
        private Duration requestTimeout = Duration.ofSeconds(7); // etcd's 5 s and twice its election timeout
        private long quotaBytes = 8L << 30;
        private int requestBytesMax = 1_572_864; // etcd's 1.5 MiB
        private int operationsMax = 128;
        private int applyLagMax = 5_000;
        private int readThreads = Math.max(2, Runtime.getRuntime().availableProcessors());
        private long logSegmentBytes = 64L << 20;
        private long logTailEntries = 5_000;
        private long snapshotEntries = 10_000;
        private Duration watchProgressInterval = Duration.ofMinutes(10);
        private @Nullable PeerAddress peerAdvertise;
        private @Nullable Invitation invitation;
        private @Nullable PeerSecurity peerSecurity;
        private @Nullable RoleTargets roleTargets;

        private Builder(Path directory) {
            this.directory = directory;
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder clusterToken(String clusterToken) {
            this.clusterToken = clusterToken;
            return this;
        }

        /** The initial members, this one among them by its name; ids of 0 are derived. */
        public Builder peers(List<Member> peers) {
            this.peers = List.copyOf(peers);
            return this;
        }

        /** Adds an initial voter, whose id is derived. */
        public Builder peer(String name, PeerAddress address) {
            this.peers = Stream.concat(peers.stream(), Stream.of(new Member(0, name, address, false)))
                    .toList();
            return this;
        }

        public Builder peerListen(PeerAddress peerListen) {
            this.peerListen = peerListen;
            return this;
        }

        /** What all members tell clients to connect to for this one. */
        public Builder clientUrls(List<String> clientUrls) {
            this.clientUrls = List.copyOf(clientUrls);
            return this;
        }

        public Builder electionTimeout(Duration electionTimeout) {
            this.electionTimeout = electionTimeout;
            return this;
        }

        public Builder requestTimeout(Duration requestTimeout) {
            this.requestTimeout = requestTimeout;
            return this;
        }

        public Builder quotaBytes(long quotaBytes) {
            this.quotaBytes = quotaBytes;
            return this;
        }

        public Builder requestBytesMax(int requestBytesMax) {
            this.requestBytesMax = requestBytesMax;
            return this;
        }

        public Builder operationsMax(int operationsMax) {
            this.operationsMax = operationsMax;
            return this;
        }

        public Builder applyLagMax(int applyLagMax) {
            this.applyLagMax = applyLagMax;
            return this;
        }

        public Builder readThreads(int readThreads) {
            this.readThreads = readThreads;
            return this;
        }

        public Builder logSegmentBytes(long logSegmentBytes) {
            this.logSegmentBytes = logSegmentBytes;
            return this;
        }

        /** How many applied entries the log keeps for followers that lag a little. */
        public Builder logTailEntries(long logTailEntries) {
            this.logTailEntries = logTailEntries;
            return this;
        }

        /** After how many entries the log is compacted. */
        public Builder snapshotEntries(long snapshotEntries) {
            this.snapshotEntries = snapshotEntries;
            return this;
        }

        public Builder watchProgressInterval(Duration watchProgressInterval) {
            this.watchProgressInterval = watchProgressInterval;
            return this;
        }

        /** Opens the peer port also where this member is alone, and says where the others reach it. */
        public Builder peerAdvertise(PeerAddress peerAdvertise) {
            this.peerAdvertise = peerAdvertise;
            return this;
        }

        /** Makes this member a newcomer that waits to be added to a running group. */
        public Builder invitation(Invitation invitation) {
            this.invitation = invitation;
            return this;
        }

        public Builder peerSecurity(PeerSecurity peerSecurity) {
            this.peerSecurity = peerSecurity;
            return this;
        }

        /** Has the leader give and repair roles. */
        public Builder roleTargets(RoleTargets roleTargets) {
            this.roleTargets = roleTargets;
            return this;
        }

        public DatastoreConfig build() {
            return new DatastoreConfig(
                    directory,
                    name,
                    clusterToken,
                    peers,
                    peerListen,
                    clientUrls,
                    electionTimeout,
                    requestTimeout,
                    quotaBytes,
                    requestBytesMax,
                    operationsMax,
                    applyLagMax,
                    readThreads,
                    logSegmentBytes,
                    logTailEntries,
                    snapshotEntries,
                    watchProgressInterval,
                    peerAdvertise,
                    invitation,
                    peerSecurity,
                    roleTargets);
        }
    }
}

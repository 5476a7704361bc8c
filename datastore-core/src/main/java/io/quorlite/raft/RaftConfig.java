package io.quorlite.raft;

import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a {@link RaftReplication}.
 *
 * @param directory holds log, votes, snapshot record and staged copies; of this member alone
 * @param clusterId members of another cluster are refused
 * @param self this member
 * @param initialMembers the members a new group starts with, this one among them; empty for a newcomer that waits to be added
 *     to a group
 * @param networked whether this member opens a port for others and connects to them; a group of one without is alone for good
 * @param listen where other members reach this one
 * @param security mutual TLS with them, null for plain text
 * @param electionTimeout how long a leader may be silent before another is elected
 * @param forwardTimeout how long a forwarded proposal or question may take
 * @param logSegmentBytes length of a log segment
 * @param logTailEntries entries that stay in the log for followers that lag a little
 * @param snapshotEntries applied entries between two snapshot records, which are where the log may be cut
 * @param entryBytesMax the longest entry
 * @param inFlightEntriesMax proposals that may wait for their outcome here
 * @param inFlightBytesMax their bytes
 * @param copyBytesPerSecond how fast a copy of the database is fetched; 0 for as fast as it goes
 */
public record RaftConfig(
        Path directory,
        long clusterId,
        Member self,
        List<Member> initialMembers,
        boolean networked,
        PeerAddress listen,
        @Nullable Security security,
        Duration electionTimeout,
        Duration forwardTimeout,
        long logSegmentBytes,
        long logTailEntries,
        long snapshotEntries,
        int entryBytesMax,
        int inFlightEntriesMax,
        long inFlightBytesMax,
        long copyBytesPerSecond) {

    /** Mutual TLS between members, and the look at the certificate that follows it. */
    public record Security(TlsIdentity identity, CertificateCheck check) {}

    public RaftConfig {
        initialMembers = List.copyOf(initialMembers);
        if (self.id() == 0) {
            throw new IllegalArgumentException("member id 0 means none");
        }
        long selfCount =
                initialMembers.stream().filter(m -> m.id() == self.id()).count();
        if (!initialMembers.isEmpty() && selfCount != 1) {
            throw new IllegalArgumentException("member " + self.name() + " is not once among the initial members");
        }
        if (initialMembers.stream().mapToLong(Member::id).distinct().count() != initialMembers.size()) {
            throw new IllegalArgumentException("two initial members have the same id");
        }
        if (!networked && initialMembers.size() != 1) {
            throw new IllegalArgumentException("without a network there are no other members than " + self.name());
        }
        if (electionTimeout.toMillis() < 50) {
            throw new IllegalArgumentException("election timeout below 50 ms: " + electionTimeout);
        }
        if (logTailEntries < 0 || snapshotEntries < 1 || entryBytesMax < 1 || inFlightEntriesMax < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }

    /** The defaults, which suit members on one LAN. */
    public static Builder builder(Path directory, long clusterId, Member self) {
        return new Builder(directory, clusterId, self);
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private final Path directory;
        private final long clusterId;
        private final Member self;
        private List<Member> initialMembers;
        private boolean networked;
        private PeerAddress listen;
        private @Nullable Security security;
        private Duration electionTimeout = Duration.ofMillis(500);
        private Duration forwardTimeout = Duration.ofSeconds(5);
        private long logSegmentBytes = 64L << 20;
        private long logTailEntries = 5_000;
        private long snapshotEntries = 10_000;
        private int entryBytesMax = 8 << 20;
        private int inFlightEntriesMax = 4_096;
        private long inFlightBytesMax = 64L << 20;
        private long copyBytesPerSecond;

        private Builder(Path directory, long clusterId, Member self) {
            this.directory = directory;
            this.clusterId = clusterId;
            this.self = self;
            this.initialMembers = List.of(self);
            this.listen = self.peerAddress();
        }

        public Builder initialMembers(List<Member> members) {
            initialMembers = members;
            return this;
        }

        /** Opens the port also in a group of one, so that it can grow; larger groups always do. */
        public Builder networked(boolean opensPort) {
            networked = opensPort;
            return this;
        }

        public Builder listen(PeerAddress address) {
            listen = address;
            return this;
        }

        public Builder security(@Nullable Security mutualTls) {
            security = mutualTls;
            return this;
        }

        public Builder electionTimeout(Duration timeout) {
            electionTimeout = timeout;
            return this;
        }

        public Builder forwardTimeout(Duration timeout) {
            forwardTimeout = timeout;
            return this;
        }

        public Builder logSegmentBytes(long bytes) {
            logSegmentBytes = bytes;
            return this;
        }

        public Builder logTailEntries(long entries) {
            logTailEntries = entries;
            return this;
        }

        public Builder snapshotEntries(long entries) {
            snapshotEntries = entries;
            return this;
        }

        public Builder entryBytesMax(int bytes) {
            entryBytesMax = bytes;
            return this;
        }

        public Builder inFlightMax(int entries, long bytes) {
            inFlightEntriesMax = entries;
            inFlightBytesMax = bytes;
            return this;
        }

        public Builder copyBytesPerSecond(long bytes) {
            copyBytesPerSecond = bytes;
            return this;
        }

        public RaftConfig build() {
            return new RaftConfig(
                    directory,
                    clusterId,
                    self,
                    initialMembers,
                    networked || initialMembers.size() != 1,
                    listen,
                    security,
                    electionTimeout,
                    forwardTimeout,
                    logSegmentBytes,
                    logTailEntries,
                    snapshotEntries,
                    entryBytesMax,
                    inFlightEntriesMax,
                    inFlightBytesMax,
                    copyBytesPerSecond);
        }
    }
}

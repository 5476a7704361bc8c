package io.quorlite.agent.join;

import io.quorlite.agent.pki.CertificateRequests;
import io.quorlite.agent.pki.LeafCertificates;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.MemoryRecords;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.pki.PkiDirectory;
import io.quorlite.agent.pki.RenewalSettings;
import io.quorlite.agent.pki.TestClock;
import io.quorlite.agent.pki.TestPki;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.replication.PeerAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;

/** A cluster of one member, n1, that lets newcomers in. */
final class TestCluster implements ClusterState {
    static final long N1 = 0x11;
    static final long DATABASE_BYTES = 100L << 20;

    final TestClock now = new TestClock();
    final MemoryRecords records = new MemoryRecords();
    final MemoryMembers members = new MemoryMembers().voter(N1, "n1", "10.0.0.11:2380");
    final NodeSecurity security;
    final Admissions admissions;
    volatile long leaderId = N1;

    TestCluster(Path folder) throws Exception {
        security = NodeSecurity.open(new PkiDirectory(folder), now);
        security.initialise(
                records,
                null,
                LeafIdentity.node(TestPki.CLUSTER, N1, "n1"),
                RenewalSettings.of(List.of("127.0.0.1", "::1")));
        admissions = new Admissions(
                records,
                members,
                this,
                security.directory().keyEncryptionKey().orElseThrow(),
                new Admissions.Settings(TestPki.CLUSTER, "1.4.0", Duration.ofDays(365)),
                now);
    }

    @Override
    public long memberId() {
        return N1;
    }

    @Override
    public long leaderId() {
        return leaderId;
    }

    @Override
    public long databaseBytes() {
        return DATABASE_BYTES;
    }

    JoinToken token() {
        return token(Tokens.Wish.DEFAULT);
    }

    JoinToken token(Tokens.Wish wish) {
        return admissions.tokens().create(wish, List.of(new PeerAddress("127.0.0.1", 2382)));
    }

    /** A newcomer with everything in order. */
    Newcomer newcomer(String name, String address) {
        return new Newcomer(name, address);
    }

    final class Newcomer {
        final KeyPair keys = LeafCertificates.newKeys();
        final String name;
        final String address;
        String version = "1.4.0";
        long clockAheadMillis;
        long diskFreeBytes = DATABASE_BYTES * 2;

        private Newcomer(String name, String address) {
            this.name = name;
            this.address = address;
        }

        JoinRequest request(JoinToken token) {
            try {
                return new JoinRequest(
                        token.id().toString(),
                        token.secret().text(),
                        Base64.getEncoder().encodeToString(CertificateRequests.create(keys, name)),
                        name,
                        address,
                        List.of("n2.example"),
                        List.of("https://" + address.replace(":2380", ":2379")),
                        version,
                        "rack-b",
                        3,
                        now.instant().toEpochMilli() + clockAheadMillis,
                        diskFreeBytes,
                        60);
            } catch (CertificateException e) {
                throw new AssertionError(e);
            }
        }

        JoinGrant join(JoinToken token) {
            return admissions.admit(request(token), "10.0.0.12");
        }
    }
}

package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.agent.pki.AuthorityRotation.Phase;
import io.quorlite.datastore.ClusterMembers;
import io.quorlite.replication.Member;
import io.quorlite.replication.MemberProgress;
import io.quorlite.replication.PeerAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityRotationTest {
    @TempDir
    Path folder;

    private final TestClock now = new TestClock();
    private final MemoryRecords records = new MemoryRecords();
    private final AuthorityRecords authorities = new AuthorityRecords(records);
    private final RenewalSettings settings = RenewalSettings.of(List.of("127.0.0.1"));
    private final List<Node> nodes = new ArrayList<>();
    private final AuthorityRotation rotation = new AuthorityRotation(records, new Three(), () -> true, now);
    private KeyEncryptionKey kek;
    private SpkiPin old;

    /** A member whose looks at what is due are made by hand. */
    private static final class Node {
        final PkiDirectory directory;
        final ReloadingIdentity identity;
        final Renewal renewal;

        Node(PkiDirectory directory, ReloadingIdentity identity, Renewal renewal) {
            this.directory = directory;
            this.identity = identity;
            this.renewal = renewal;
        }

        SpkiPin issuer() {
            List<X509Certificate> chain = identity.shown().orElseThrow().chain();
            return SpkiPin.of(chain.get(chain.size() - 1));
        }

        List<SpkiPin> believed() {
            return identity.believed().stream().map(SpkiPin::of).toList();
        }
    }

    @BeforeEach
    void threeMembers() throws Exception {
        PkiDirectory first = new PkiDirectory(folder.resolve("1"));
        NodeSecurity.open(first, now).initialise(records, null, LeafIdentity.node(TestPki.CLUSTER, 1, "n1"), settings);
        kek = first.keyEncryptionKey().orElseThrow();
        old = authorities.signingPin().orElseThrow();
        for (long id = 1; id <= 3; id++) {
            nodes.add(node(id));
        }
        look();
    }

    private Node node(long id) throws Exception {
        PkiDirectory directory = new PkiDirectory(folder.resolve(Long.toString(id)));
        if (id > 1) {
            KeyPair keys = LeafCertificates.newKeys();
            LeafIdentity self = LeafIdentity.node(TestPki.CLUSTER, id, "n" + id);
            var issue = authorities.issue(kek, keys.getPublic(), self, id, settings, now.instant());
            directory.store(kek);
            directory.store(CertificateRole.NODE, new Credentials(keys.getPrivate(), issue.chain()));
        }
        ReloadingIdentity identity = new ReloadingIdentity(now);
        identity.show(directory.credentials(CertificateRole.NODE).orElseThrow());
        return new Node(directory, identity, new Renewal(directory, identity, records, new DenyList(), settings, now));
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> node.renewal.close());
        rotation.close();
    }

    private void look() throws Exception {
        for (Node node : nodes) {
            node.renewal.look();
        }
    }

    @Test
    void replacesTheAuthorityWhileEverybodyBelievesEverybody() throws Exception {
        rotation.start(kek, null, TestPki.CLUSTER, Duration.ZERO);
        SpkiPin next = SpkiPin.parse(rotation.progress().orElseThrow().to());
        assertThat(rotation.progress().orElseThrow().waitingFor()).containsExactly("n1", "n2", "n3");

        nodes.get(0).renewal.look();
        nodes.get(1).renewal.look();
        rotation.look();
        assertThat(rotation.progress().orElseThrow().phase()).isEqualTo(Phase.BELIEVE);
        assertThat(rotation.progress().orElseThrow().waitingFor()).containsExactly("n3");
        assertThat(authorities.signingPin()).contains(old);

        look();
        rotation.look();
        assertThat(rotation.progress().orElseThrow().phase()).isEqualTo(Phase.REISSUE);
        assertThat(authorities.signingPin()).contains(next);
        assertThat(nodes).allSatisfy(node -> assertThat(node.believed()).containsExactlyInAnyOrder(old, next));

        look();
        assertThat(nodes).allSatisfy(node -> assertThat(node.issuer()).isEqualTo(next));
        rotation.look();
        look();

        assertThat(rotation.progress()).isEmpty();
        assertThat(nodes).allSatisfy(node -> {
            assertThat(node.believed()).containsExactly(next);
            assertThat(node.directory.authorities()).hasSize(1);
        });
        assertThat(nodes.get(0)
                        .directory
                        .credentials(CertificateRole.CLIENT)
                        .orElseThrow()
                        .chain()
                        .get(1))
                .isEqualTo(authorities.signing(kek).certificate());
    }

    @Test
    void everyMemberHasCertificatesForClientsThatAreRevokedWithIt() throws Exception {
        DenyList denyList = new DenyList();
        denyList.follow(records);
        X509Certificate mine = client(nodes.get(1));
        assertThat(client(nodes.get(0))).isNotEqualTo(mine);

        new Revocations(records, now).revokeMember(2, "stolen");

        assertThat(denyList.denies(mine)).isTrue();
        assertThat(denyList.denies(2)).isTrue();
        assertThat(denyList.denies(client(nodes.get(0)))).isFalse();
    }

    private static X509Certificate client(Node node) throws Exception {
        return node.directory.credentials(CertificateRole.CLIENT).orElseThrow().certificate();
    }

    @Test
    void keepsTheOldOneForAsLongAsWasAsked() throws Exception {
        rotation.start(kek, null, TestPki.CLUSTER, Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            look();
            rotation.look();
        }
        assertThat(authorities.believed()).hasSize(2);

        now.pass(Duration.ofHours(1));
        rotation.look();

        assertThat(authorities.believed()).hasSize(1);
    }

    @Test
    void isUndoneBeforeAnythingWasReissued() throws Exception {
        rotation.start(kek, null, TestPki.CLUSTER, Duration.ZERO);
        look();

        rotation.undo();
        rotation.look();
        look();

        assertThat(rotation.progress()).isEmpty();
        assertThat(authorities.signingPin()).contains(old);
        assertThat(nodes).allSatisfy(node -> assertThat(node.believed()).containsExactly(old));
    }

    @Test
    void isUndoneWhenEverythingWasReissued() throws Exception {
        rotation.start(kek, null, TestPki.CLUSTER, Duration.ofHours(1));
        look();
        rotation.look();
        look();
        assertThat(nodes).noneSatisfy(node -> assertThat(node.issuer()).isEqualTo(old));

        rotation.undo();
        assertThat(rotation.progress().orElseThrow().undone()).isTrue();
        assertThat(rotation.progress().orElseThrow().waitingFor()).containsExactly("n1", "n2", "n3");
        look();
        rotation.look();
        look();

        assertThat(rotation.progress()).isEmpty();
        assertThat(nodes).allSatisfy(node -> {
            assertThat(node.issuer()).isEqualTo(old);
            assertThat(node.believed()).containsExactly(old);
        });
    }

    @Test
    void isOneAtATime() throws Exception {
        assertThatThrownBy(rotation::undo).isInstanceOf(IllegalStateException.class);
        rotation.start(kek, null, TestPki.CLUSTER, Duration.ZERO);

        assertThatThrownBy(() -> rotation.start(kek, null, TestPki.CLUSTER, Duration.ZERO))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("being replaced already");
    }

    /** Members that are there; nothing is changed about them here. */
    private static final class Three implements ClusterMembers {
        @Override
        public List<Member> all() {
            return LongStream.rangeClosed(1, 3)
                    .mapToObj(id -> new Member(id, "n" + id, new PeerAddress("10.0.0.1" + id, 2380), false))
                    .toList();
        }

        @Override
        public List<MemberProgress> progress() {
            return List.of();
        }

        @Override
        public CompletableFuture<Void> addLearner(Member member) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> promote(long memberId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> demote(long memberId) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<Void> remove(long memberId) {
            throw new UnsupportedOperationException();
        }
    }
}

package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorlite.agent.pki.Credentials;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.Pem;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.faults.Waiting;
import io.quorlite.faults.cluster.PortProbe.Outcome;
import io.quorlite.faults.cluster.PortProbe.Port;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The life of one cluster's certificates, by the commands that a user types: three nodes below a company's own CA, watched and written to all
 * the while. The steps build on each other.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecuredClusterTest {
    private static final List<Port> PORTS = List.of(Port.values());
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static AgentCluster cluster;
    private static OwnAuthority authority;
    private static LeafIdentity first;
    private static PortProbe probe;
    private static SteadyWrites writes;
    private static final List<OpenWatch> watches = new ArrayList<>();
    private static final List<String> tokens = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        authority = OwnAuthority.belowARoot();
        cluster = AgentCluster.create();
        Path certificate = Files.writeString(cluster.folder().resolve("company.crt"), authority.certificatePem());
        Path key = Files.writeString(cluster.folder().resolve("company.key"), authority.keyPem());
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            node.environment("NODE_AGENT_LOG_LEVEL", "debug"); // nothing secret may be said at that level either
            node.environment(
                    "NODE_AGENT_ELECTION_TIMEOUT", "3s"); // an election on a busy machine is another test's affair
        }
        cluster.node(1).init("--ca-cert", certificate.toString(), "--ca-key", key.toString());
        for (AgentNode node : cluster.nodes(2, 3)) {
            String token = cluster.node(1).token();
            tokens.add(token);
            node.ok(node.joining(token));
        }
        first = LeafIdentity.of(shown(cluster.node(1))).orElseThrow();
        probe = new PortProbe(cluster.node(1).address(), first);
        writes = SteadyWrites.begin("all-the-while", cluster.nodes(1, 2, 3));
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            watches.add(new OpenWatch(node));
        }
        writes.awaitMore(50);
    }

    @AfterAll
    static void stop() throws Exception {
        watches.forEach(OpenWatch::close);
        if (writes != null) {
            writes.close();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    // ---- an authority of one's own

    @Test
    @Order(1)
    void theCompanysIntermediateAuthoritySignsForEveryNodeAndIsAllThatIsBelieved() throws Exception {
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            assertThat(Pem.certificates(Files.readString(node.pki("ca.crt")))).containsExactly(authority.certificate());
            shown(node).verify(authority.certificate().getPublicKey());
            assertThat(node.pki("given-ca.key")).doesNotExist();
        }
        // another member of the family: signed by the root, as the cluster's own authority is
        OwnAuthority cousin = OwnAuthority.belowARoot();
        assertThat(probe.knock(Port.ETCD, cousin.issue(client()), client()).letIn())
                .isFalse();
        assertThat(certs().getAsJsonArray("authorities"))
                .singleElement()
                .extracting(SecuredClusterTest::pin)
                .isEqualTo(SpkiPin.of(authority.certificate()).toString());
    }

    // ---- the ports

    @Test
    @Order(2)
    void letsInWhoHasTheRightCertificate() throws Exception {
        for (Port port : PORTS) {
            assertThat(probe.knock(port, authority.issue(member()), member()))
                    .as("a member at " + port)
                    .matches(Outcome::letIn);
        }
        assertThat(probe.knock(Port.ETCD, authority.issue(client()), client())).matches(Outcome::letIn);
        assertThat(probe.knock(Port.ADMIN, authority.issue(admin()), admin())).matches(Outcome::letIn);
    }

    @Test
    @Order(3)
    void refusesEverybodyElseAtEveryPort() throws Exception {
        Instant now = Instant.now();
        Map<String, Credentials> strangers = new TreeMap<>();
        strangers.put("of another CA", OwnAuthority.belowARoot().issue(member()));
        strangers.put("expired", authority.issue(member(), now.minus(Duration.ofDays(2))));
        strangers.put("not valid yet", authority.issue(member(), now.plus(Duration.ofHours(2))));
        strangers.put("of another cluster", authority.issue(LeafIdentity.node(77, member().memberId(), "n9")));
        for (Port port : PORTS) {
            assertRefused(port, "without a certificate", probe.knock(port, (Credentials) null, member()));
            strangers.forEach((who, shown) -> assertRefused(port, who, probe.knock(port, shown, member())));
            assertRefused(port, "in plain text", probe.knockInClear(port, member()));
        }
        assertRefused(Port.PEER, "a client", probe.knock(Port.PEER, authority.issue(client()), member()));
        assertRefused(Port.PEER, "an admin", probe.knock(Port.PEER, authority.issue(admin()), member()));
        assertRefused(Port.ADMIN, "a client", probe.knock(Port.ADMIN, authority.issue(client()), client()));
        LeafIdentity other = LeafIdentity.node(first.clusterId(), 4711, "n8");
        assertRefused(Port.PEER, "another member", probe.knock(Port.PEER, authority.issue(other), member()));
    }

    /** A clock ten minutes ahead issued it. */
    @Test
    @Order(3)
    void doesNotMindACertificateThatIsTenMinutesEarly() throws Exception {
        Credentials early = authority.issue(member(), Instant.now().plus(Duration.ofMinutes(10)));
        for (Port port : PORTS) {
            assertThat(probe.knock(port, early, member())).as("at " + port).matches(Outcome::letIn);
        }
    }

    @Test
    @Order(3)
    void speaksNoOldTls() throws Exception {
        String protocolVersion = "alert 70"; // RFC 5246 7.2.2
        for (Port port : PORTS) {
            assertThat(probe.offer(port, 0x0302)).as("TLS 1.1 at " + port).isEqualTo(protocolVersion);
        }
        assertThat(probe.offer(Port.PEER, 0x0303)).as("TLS 1.2 between members").isEqualTo(protocolVersion);
        assertThat(probe.offer(Port.ETCD, 0x0303)).isEqualTo("handshake goes on");
        assertThat(probe.offer(Port.ADMIN, 0x0303)).isEqualTo("handshake goes on");
    }

    // ---- certs renew | rotate-ca | revoke

    @Test
    @Order(4)
    void renewGivesOneNodeNewCertificates() throws Exception {
        X509Certificate before = shown(cluster.node(2));
        String others = serial(cluster.node(3));

        assertThat(cluster.node(2).ok("certs", "renew").out()).contains("certificates are new");

        assertThat(shown(cluster.node(2))).isNotEqualTo(before);
        assertThat(serial(cluster.node(3))).isEqualTo(others);
        assertThat(cluster.node(2).ok("certs", "status").out())
                .contains(
                        "CA sha256:",
                        "n1",
                        "n2",
                        "n3",
                        "etcd-client",
                        "admin",
                        serial(cluster.node(2)).substring(0, 12));
        nothingWasNoticed();
    }

    @Test
    @Order(5)
    void rotateCaCanBeUndoneBeforeTheOldOneIsDropped() throws Exception {
        Credentials old = authority.issue(client());
        cluster.node(2).ok("certs", "rotate-ca", "--keep-old", "1h");
        Waiting.until(
                "all to have certificates of the new CA", LIMIT, () -> allAreSignedBy(signing()) && isWaitedOut());
        assertThat(signing()).isNotEqualTo(SpkiPin.of(authority.certificate()).toString());
        assertThat(cluster.node(1).ok("certs", "status").out()).contains("is being replaced", "step 2 of 2");
        assertThat(cluster.node(1).exits(9, "certs", "rotate-ca").err()).contains("being replaced already");
        assertThat(probe.knock(Port.ETCD, old, client()))
                .as("both are believed")
                .matches(Outcome::letIn);

        cluster.node(3).ok("certs", "rotate-ca", "--undo");

        awaitRotated();
        assertThat(signing()).isEqualTo(SpkiPin.of(authority.certificate()).toString());
        assertThat(cluster.node(1).exits(9, "certs", "rotate-ca", "--undo").err())
                .contains("cannot be undone");
        nothingWasNoticed();
    }

    @Test
    @Order(6)
    void rotateCaToItsEndShutsTheOldOneOut() throws Exception {
        Map<Port, SSLContext> old = new TreeMap<>();
        for (Port port : PORTS) {
            old.put(port, PortProbe.context(authority.issue(member())));
            assertThat(probe.knock(port, Objects.requireNonNull(old.get(port)), member()))
                    .matches(Outcome::letIn);
        }

        cluster.node(1).ok("certs", "rotate-ca", "--keep-old", "0s");

        awaitRotated();
        String now = signing();
        assertThat(now).isNotEqualTo(SpkiPin.of(authority.certificate()).toString());
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            assertThat(Pem.certificates(Files.readString(node.pki("ca.crt"))))
                    .as("whom " + node.name() + " believes")
                    .singleElement()
                    .extracting(one -> SpkiPin.of(one).toString())
                    .isEqualTo(now);
        }
        for (Port port : PORTS) { // a session from before counts no more than the certificate that it began with
            assertRefused(port, "of the old CA", probe.knock(port, Objects.requireNonNull(old.get(port)), member()));
        }
        nothingWasNoticed();
    }

    @Test
    @Order(7)
    void aRevokedNodeIsShutOutAtEveryPort() throws Exception {
        AgentNode revoked = cluster.node(3);
        LeafIdentity its = LeafIdentity.of(shown(revoked)).orElseThrow();
        Map<String, Credentials> shown = new TreeMap<>();
        for (String who : List.of("node", "client", "admin")) {
            shown.put(who, credentials(revoked, who));
        }
        for (Port port : PORTS) {
            assertThat(probe.knock(port, shown.get("node"), its)).matches(Outcome::letIn);
        }
        assertThat(revoked.exits(AgentNode.REFUSED, "certs", "revoke", "n3", "--yes")
                        .err())
                .contains("shut itself out");

        cluster.node(1).ok("certs", "revoke", "n3", "--yes");

        for (AgentNode node : cluster.nodes(1, 2)) {
            PortProbe there =
                    new PortProbe(node.address(), LeafIdentity.of(shown(node)).orElseThrow());
            for (Port port : PORTS) {
                assertRefused(port, "the revoked node", there.knock(port, shown.get("node"), its));
            }
            assertRefused(Port.ETCD, "its client", there.knock(Port.ETCD, shown.get("client"), client()));
            assertRefused(Port.ADMIN, "its admin", there.knock(Port.ADMIN, shown.get("admin"), admin()));
        }
        Waiting.until("its living connections to end", Duration.ofSeconds(20), () -> isCutOff(revoked));
        assertThat(cluster.node(1).ok("certs", "status").out()).contains("revoked");
        for (int i : new int[] {0, 1}) { // the two that are left serve, and their clients notice nothing
            assertThat(watches.get(i).ended()).isNull();
        }
        writes.awaitMore(20);
    }

    // ---- what nobody may read

    @Test
    @Order(8)
    void neitherLogNorDiskTellsASecret() throws Exception {
        writes.close();
        tokens.add(cluster.node(1).token()); // one that is still good
        Map<String, String> secrets = Secrets.of(cluster.nodes(1, 2, 3), tokens, authority);
        assertThat(secrets).hasSizeGreaterThan(10);
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            String log = Files.readString(node.directory().resolve("node.log"));
            assertThat(log).as("it logged at debug").contains("DEBUG");
            Secrets.assertNoneIn("the log of " + node.name(), log, secrets);
            String process = Files.readString(
                    Path.of("/proc/" + node.process().orElseThrow().pid() + "/cmdline"));
            Secrets.assertNoneIn("the command line of " + node.name(), process, secrets);
            Secrets.assertOnlyKeyFilesHold(node, secrets);
        }
    }

    @Test
    @Order(8)
    void nobodyElseMayReadKeys() throws Exception {
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            Set<String> private0600 = Secrets.modes(node.directory().resolve("pki"), ".key", "kek");
            assertThat(private0600).as("keys of " + node.name()).containsExactly("rw-------");
            assertThat(Secrets.modes(node.directory(), "pki", "raft", "db", "run"))
                    .as("folders of " + node.name())
                    .allMatch(mode -> mode.endsWith("---"), "nothing for others");
        }
    }

    // ---- helpers

    private static LeafIdentity member() {
        return LeafIdentity.node(first.clusterId(), 4242, "n9");
    }

    private static LeafIdentity client() {
        return LeafIdentity.client(first.clusterId(), "probe");
    }

    private static LeafIdentity admin() {
        return LeafIdentity.admin(first.clusterId(), "probe");
    }

    private static void assertRefused(Port port, String who, Outcome outcome) {
        assertThat(outcome.letIn())
                .as(who + " at " + port + ": " + outcome.answer())
                .isFalse();
    }

    private static X509Certificate shown(AgentNode node) throws Exception {
        return Pem.certificates(Files.readString(node.pki("node.crt"))).get(0);
    }

    private static String serial(AgentNode node) throws Exception {
        return shown(node).getSerialNumber().toString(16);
    }

    private static Credentials credentials(AgentNode node, String who) throws Exception {
        return new Credentials(
                Pem.privateKey(Files.readString(node.pki(who + ".key"))),
                Pem.certificates(Files.readString(node.pki(who + ".crt"))));
    }

    private static JsonObject certs() throws Exception {
        return JsonParser.parseString(
                        cluster.node(1).ok("certs", "status", "-o", "json").out())
                .getAsJsonObject();
    }

    private static String pin(JsonElement authorityStatus) {
        return authorityStatus.getAsJsonObject().get("pin").getAsString();
    }

    /** The pin of the authority that signed the first node's certificate. */
    private static String signing() throws Exception {
        List<X509Certificate> chain =
                Pem.certificates(Files.readString(cluster.node(1).pki("node.crt")));
        return SpkiPin.of(chain.get(chain.size() - 1)).toString();
    }

    private static boolean allAreSignedBy(String pin) throws Exception {
        Set<String> pins = new HashSet<>();
        for (AgentNode node : cluster.nodes(1, 2, 3)) {
            List<X509Certificate> chain = Pem.certificates(Files.readString(node.pki("node.crt")));
            pins.add(SpkiPin.of(chain.get(chain.size() - 1)).toString());
        }
        return pins.equals(Set.of(pin));
    }

    /** Whether a rotation is in its second step and no member has anything left to do. */
    private static boolean isWaitedOut() throws Exception {
        JsonElement rotation = certs().get("rotation");
        return rotation != null
                && rotation.getAsJsonObject().get("phase").getAsString().equals("reissue")
                && rotation.getAsJsonObject().getAsJsonArray("waitingFor").isEmpty();
    }

    private static void awaitRotated() throws Exception {
        Waiting.until("the rotation to end", LIMIT, () -> {
            JsonObject status = certs();
            return status.get("rotation") == null
                    && status.getAsJsonArray("authorities").size() == 1
                    && allAreSignedBy(pin(status.getAsJsonArray("authorities").get(0)));
        });
        // the last step reaches the members by their log
        Waiting.until("all to have dropped the other CA", LIMIT, () -> {
            for (AgentNode node : cluster.nodes(1, 2, 3)) {
                if (Pem.certificates(Files.readString(node.pki("ca.crt"))).size() != 1) {
                    return false;
                }
            }
            return true;
        });
    }

    private static boolean isCutOff(AgentNode node) throws Exception {
        for (JsonElement member : cluster.node(1).status().getAsJsonArray("members")) {
            JsonObject one = member.getAsJsonObject();
            if (one.get("name").getAsString().equals(node.name())) {
                return one.toString().contains("knows no leader");
            }
        }
        return false;
    }

    private static void nothingWasNoticed() throws Exception {
        writes.awaitMore(20);
        Map<String, Long> written = Map.copyOf(writes.acknowledged());
        for (OpenWatch watch : watches) {
            watch.awaitAll(written);
        }
        assertThat(writes.failed()).isEmpty();
        assertThat(writes.retried()).as("what clients had to ask again").isEmpty();
    }
}

package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorlite.faults.Command;
import io.quorlite.faults.Waiting;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever is not let in is told why, with a code of its own, and leaves no trace: not in the cluster, not on its host. */
class NotLetInTest {
    private static final int TOKEN = 6;
    private static final int IDENTITY = 7;
    private static final int UNREACHABLE = 3;
    private static final int CONFLICT = 9;

    private AgentCluster cluster;
    private AgentNode n1;
    private AgentNode n3;

    @BeforeEach
    void start() throws Exception {
        cluster = AgentCluster.of(1);
        n1 = cluster.node(1);
        n3 = cluster.node(3);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    @Test
    void eachIsToldWhyAndLeavesNoTrace() throws Exception {
        String shortLived = n1.token("--ttl", "1s");
        AgentNode n2 = cluster.node(2);
        String used = n1.token();
        n2.ok(n2.joining(used));
        refused(TOKEN, "was already used by n2 (127.", used);

        String good = n1.token();
        namesAndAddressesOfOthersAreTaken(good);
        forgedCutAndStrangeTokensAreNone(good);
        n3.ok(n3.joining(good, "--dry-run"));
        leftNoTrace();
        n1.ok("token", "revoke", id(good));
        refused(TOKEN, "was revoked at ", good);

        Waiting.until(
                "the short-lived token to end",
                Duration.ofSeconds(60),
                () -> n1.ok("token", "list").out().contains("expired"));
        refused(TOKEN, "expired ", shortLived);
        theOnlyCopyStays(n2);
        String log = Files.readString(n1.directory().resolve("node.log"));
        assertThat(log).doesNotContain(shortLived, used, good);
    }

    private void namesAndAddressesOfOthersAreTaken(String token) throws Exception {
        Command name = n3.exits(CONFLICT, "join", token, "--name", "n2", "--advertise", n3.address());
        assertThat(name.err()).contains("The name n2 is taken by a member");
        // n2 has its ports on its own address, so another listens elsewhere and claims to be reached there
        Command address = n3.exits(
                CONFLICT,
                "join",
                token,
                "--name",
                "n3",
                "--advertise",
                n1.address(),
                "--listen-client",
                n3.address() + ":2379",
                "--listen-peer",
                n3.address() + ":2380",
                "--listen-admin",
                n3.address() + ":2382");
        assertThat(address.err()).contains("The address " + n1.address() + ":2380 is taken by a member, n1");
        leftNoTrace();
    }

    private void forgedCutAndStrangeTokensAreNone(String token) throws Exception {
        refused(
                TOKEN,
                "Token is incomplete: 12 characters are missing at the end",
                token.substring(0, token.length() - 12));
        char last = token.charAt(60);
        refused(TOKEN, "oken", token.substring(0, 60) + (last == 'A' ? 'B' : 'A') + token.substring(61));

        JsonObject shown = inspected(token);
        String pin = shown.getAsJsonArray("caPins").get(0).getAsString();
        String endpoint = n1.address() + ":2382";
        String guess = id(token) + ".AAAAAAAAAAAAAAAAAAAAAA";
        refused(
                TOKEN,
                "This cluster has no token " + id(token) + " with that secret",
                endpoint + "/" + guess + "/" + pin);
        refused(
                IDENTITY,
                "Someone may be intercepting, or the cluster CA was replaced. Nothing was sent.",
                endpoint + "/" + guess + "/sha256:" + "00".repeat(32));
        refused(
                UNREACHABLE,
                "No member is reachable at the addresses in the token",
                n3.address() + ":2382/" + guess + "/" + pin);
    }

    private static void theOnlyCopyStays(AgentNode last) throws Exception {
        last.ok("remove-node", "n1", "--yes");
        assertThat(last.exits(AgentNode.REFUSED, "leave", "--yes").err())
                .contains("This node holds the only copy of the data; leaving would delete the cluster.");
    }

    private void refused(int exitCode, String words, String token) throws Exception {
        Command refused = n3.exits(exitCode, n3.joining(token, "--timeout", "20s"));
        assertThat(refused.err()).contains(words);
        assertThat(refused.all()).as("the secret is in no output").doesNotContain(token);
        leftNoTrace();
    }

    private void leftNoTrace() throws Exception {
        assertThat(Files.exists(n3.directory()))
                .as("something in " + n3.directory())
                .isFalse();
        assertThat(n1.members()).containsExactly("n1", "n2");
    }

    private JsonObject inspected(String token) throws Exception {
        return JsonParser.parseString(
                        n1.ok("token", "inspect", token, "-o", "json").out())
                .getAsJsonObject();
    }

    private String id(String token) throws Exception {
        JsonElement id = inspected(token).get("id");
        return id.getAsString();
    }
}

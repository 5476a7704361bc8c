package io.quorlite.faults.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.pki.Pem;
import io.quorlite.agent.token.JoinToken;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a cluster must tell nobody, in each form in which it could slip out; texts are taken as ISO 8859-1, so bytes count, too. */
final class Secrets {
    private static final String KEY_FILE = ".*\\.key|kek";

    private Secrets() {}

    /** Each secret under words that say which it is. */
    static Map<String, String> of(List<AgentNode> nodes, List<String> tokens, OwnAuthority authority) throws Exception {
        Map<String, String> secrets = new TreeMap<>();
        for (String token : tokens) {
            secrets.put("token " + token.substring(0, 12), token);
            add(
                    secrets,
                    "secret of token " + token.substring(0, 12),
                    Base64.getUrlDecoder()
                            .decode(JoinToken.parse(token).secret().text()));
        }
        addKey(secrets, "key of the company's CA", Pem.privateKey(authority.keyPem()));
        for (AgentNode node : nodes) {
            for (String who : List.of("node", "client", "admin")) {
                addKey(
                        secrets,
                        who + " key of " + node.name(),
                        Pem.privateKey(Files.readString(node.pki(who + ".key"))));
            }
            byte[] kek = Files.readAllBytes(node.pki("kek"));
            add(secrets, "key-encryption key", kek);
            secrets.put("key-encryption key as it is written", new String(kek, StandardCharsets.ISO_8859_1).strip());
        }
        return secrets;
    }

    /** The number itself: each encoding of the key holds it. */
    private static void addKey(Map<String, String> secrets, String what, PrivateKey key) {
        byte[] number = ((ECPrivateKey) key).getS().toByteArray();
        add(secrets, what, Arrays.copyOfRange(number, Math.max(0, number.length - 24), number.length));
        String[] pem = Pem.of(key).split("\n");
        secrets.put(what + " in PEM", pem[2]); // of its lines the one with nothing but the key in it
        secrets.put(what + " in decimal", new BigInteger(1, number).toString());
    }

    private static void add(Map<String, String> secrets, String what, byte[] bytes) {
        secrets.put(what + " in bytes", new String(bytes, StandardCharsets.ISO_8859_1));
        secrets.put(what + " in hexadecimal", HexFormat.of().formatHex(bytes));
        secrets.put(what + " in Base64", Base64.getEncoder().withoutPadding().encodeToString(bytes));
        secrets.put(
                what + " in URL Base64", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    static void assertNoneIn(String where, String text, Map<String, String> secrets) {
        secrets.forEach((what, secret) ->
                assertThat(text.contains(secret)).as(what + " in " + where).isFalse());
        assertThat(text.contains("PRIVATE KEY")).as("a key in " + where).isFalse();
    }

    /** Of all that a node has on disk; a key file holds keys, and its own alone. */
    static void assertOnlyKeyFilesHold(AgentNode node, Map<String, String> secrets) throws IOException {
        try (Stream<Path> files = Files.walk(node.directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.getFileName().toString().matches(KEY_FILE)) {
                    String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    assertNoneIn(file.toString(), content, secrets);
                }
            }
        }
    }

    /** The permissions of what is called so, or ends so, in {@code folder}. */
    static Set<String> modes(Path folder, String... endings) throws IOException {
        Set<String> modes = new TreeSet<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (Arrays.stream(endings)
                        .anyMatch(end -> file.getFileName().toString().endsWith(end))) {
                    modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                }
            }
        }
        return modes;
    }
}

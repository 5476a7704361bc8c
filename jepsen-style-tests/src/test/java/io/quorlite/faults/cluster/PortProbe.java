package io.quorlite.faults.cluster;

import io.quorlite.agent.pki.Credentials;
import io.quorlite.agent.pki.LeafIdentity;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A stranger at one of a node's TCP ports: believes whoever answers, says the right words, and tells what came of it. */
final class PortProbe {
    private static final int ANSWER_MILLIS = 30_000;
    private static final int HELLO_BYTES = 32;
    private static final int HELLO_MAGIC = 0x514C5250;

    /** What a node listens on, and what is said there first. */
    enum Port {
        PEER(2380),
        ETCD(2379),
        ADMIN(2382);

        final int number;

        Port(int number) {
            this.number = number;
        }

        private byte[] words(LeafIdentity from, LeafIdentity to) {
            return switch (this) {
                case PEER -> hello(from, to);
                case ETCD -> "GET /version HTTP/1.1\r\nHost: n\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
                case ADMIN -> "GET /v1/node HTTP/1.1\r\nHost: n\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            };
        }

        private String answer(InputStream in) throws IOException {
            if (this != PEER) {
                return line(in);
            }
            byte[] hello = in.readNBytes(HELLO_BYTES);
            if (hello.length < HELLO_BYTES) {
                return "closed after " + hello.length + " bytes";
            }
            return ByteBuffer.wrap(hello).getShort(6) == 0
                    ? WELCOME
                    : "told: " + new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static final String WELCOME = "welcome";

    /** @param answer what was said, or how the connection ended */
    record Outcome(boolean letIn, String answer) {
        private static Outcome of(String answer) {
            return new Outcome(answer.equals(WELCOME) || answer.startsWith("HTTP/1.1 200"), answer);
        }
    }

    private final String address;
    private final LeafIdentity node;

    /** @param node who lives at {@code address} */
    PortProbe(String address, LeafIdentity node) {
        this.address = address;
        this.node = node;
    }

    /** Comes with {@code credentials}, or with none, and says that it is {@code claimed}. */
    Outcome knock(Port port, @Nullable Credentials credentials, LeafIdentity claimed) {
        return knock(port, context(credentials), claimed);
    }

    /** The same with a context that may have been here before, and goes on with its session where it can. */
    Outcome knock(Port port, SSLContext context, LeafIdentity claimed) {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(address, port.number)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            return converse(port, socket, claimed);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither let in nor refused at " + port, e);
        } catch (IOException e) {
            return Outcome.of("closed: " + e.getMessage());
        }
    }

    /** In plain text. */
    Outcome knockInClear(Port port, LeafIdentity claimed) {
        try (Socket socket = new Socket(address, port.number)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            return converse(port, socket, claimed);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("neither let in nor refused at " + port, e);
        } catch (IOException e) {
            return Outcome.of("closed: " + e.getMessage());
        }
    }

    private Outcome converse(Port port, Socket socket, LeafIdentity claimed) throws IOException {
        socket.getOutputStream().write(port.words(claimed, node));
        socket.getOutputStream().flush();
        return Outcome.of(port.answer(socket.getInputStream()));
    }

    /**
     * Offers nothing newer than {@code version} (0x0302 is TLS 1.1, 0x0303 is 1.2) and returns the first record that comes back: its type
     * and, of an alert, its description.
     */
    String offer(Port port, int version) throws IOException {
        try (Socket socket = new Socket(address, port.number)) {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(clientHello(version));
            byte[] head = socket.getInputStream().readNBytes(5);
            if (head.length < 5) {
                return "closed";
            }
            byte[] body =
                    socket.getInputStream().readNBytes(ByteBuffer.wrap(head).getShort(3));
            return head[0] == 21 ? "alert " + body[1] : head[0] == 22 ? "handshake goes on" : "record " + head[0];
        }
    }

    static SSLContext context(@Nullable Credentials credentials) {
        try {
            KeyManager[] keys = {};
            if (credentials != null) {
                KeyStore store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry(
                        "k", credentials.key(), new char[0], credentials.chain().toArray(X509Certificate[]::new));
                // the plain one shows its certificate whomever the server says it believes
                KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
                factory.init(store, new char[0]);
                keys = new KeyManager[] {new ShowAlways(factory)};
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {new Gullible()}, null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** See {@code raft.transport.Hello}. */
    private static byte[] hello(LeafIdentity from, LeafIdentity to) {
        return ByteBuffer.allocate(HELLO_BYTES)
                .putInt(HELLO_MAGIC)
                .putShort((short) 1)
                .putShort((short) 0)
                .putLong(from.clusterId())
                .putLong(from.memberId())
                .putLong(to.memberId())
                .array();
    }

    /** RFC 4346 and 5246, 7.4.1.2: no client of today's says that it has nothing better. */
    private static byte[] clientHello(int version) {
        try {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(body);
            byte[] random = new byte[32];
            new SecureRandom().nextBytes(random);
            out.writeShort(version);
            out.write(random);
            out.writeByte(0); // no session
            short[] suites = {(short) 0xC02B, (short) 0xC02C, (short) 0xC009, (short) 0xC00A, (short) 0xC013, 0x002F};
            out.writeShort(2 * suites.length);
            for (short suite : suites) {
                out.writeShort(suite);
            }
            out.write(new byte[] {1, 0}); // no compression
            byte[] extensions = {
                0,
                10,
                0,
                6,
                0,
                4,
                0,
                23,
                0,
                24, // the curves P-256 and P-384
                0,
                11,
                0,
                2,
                1,
                0, // points as they are
                0,
                13,
                0,
                6,
                0,
                4,
                4,
                3,
                4,
                1 // signatures: ECDSA and RSA with SHA-256
            };
            out.writeShort(extensions.length);
            out.write(extensions);
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            DataOutputStream head = new DataOutputStream(record);
            head.writeByte(22);
            head.writeShort(0x0301);
            head.writeShort(body.size() + 4);
            head.writeInt(0x01000000 | body.size());
            head.write(body.toByteArray());
            return record.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.isEmpty() ? "closed without a word" : line.toString().strip();
    }

    private static final class ShowAlways extends javax.net.ssl.X509ExtendedKeyManager {
        private final javax.net.ssl.X509ExtendedKeyManager keys;

        ShowAlways(KeyManagerFactory factory) {
            this.keys = (javax.net.ssl.X509ExtendedKeyManager) factory.getKeyManagers()[0];
        }

        @Override
        public String chooseEngineClientAlias(
                String[] keyTypes, java.security.Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return "k";
        }

        @Override
        public String chooseClientAlias(
                String[] keyTypes, java.security.Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "k";
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, java.security.Principal @Nullable [] issuers) {
            return new String[] {"k"};
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, java.security.Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, java.security.Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return keys.getCertificateChain("k");
        }

        @Override
        public java.security.PrivateKey getPrivateKey(String alias) {
            return keys.getPrivateKey("k");
        }
    }

    private static final class Gullible extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

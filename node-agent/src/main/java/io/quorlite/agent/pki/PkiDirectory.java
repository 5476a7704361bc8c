package io.quorlite.agent.pki;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import java.util.Optional;

/**
 * What a node keeps of certificates, in files that other programs read, too:
 *
 * <pre>
 * ca.crt                     who is believed: one authority, or two while one replaces the other
 * node.crt node.key          this node's own; the certificate of its authority follows its own
 * client.crt client.key      for users of the etcd API, an API server for instance
 * admin.crt admin.key        for those who run the cluster
 * kek                        what the authority's key is sealed with
 * join.key                   a newcomer's key, until it is a member
 * </pre>
 *
 * Keys and {@code kek} are readable by their owner alone. Every file is replaced as a whole and durably. A key and its certificate are two
 * files: a new key is first written to {@code <name>.key.next}, then the certificate is replaced, which is the step that
 * counts, then the key is renamed; {@link #credentials} finishes what a crash left between. Not thread-safe.
 */
public final class PkiDirectory {
    private static final String AUTHORITIES = "ca.crt";
    private static final String KEK = "kek";
    private static final String JOIN_KEY = "join.key";

    private final Path directory;

    public PkiDirectory(Path directory) {
        this.directory = directory;
    }

    public Path path() {
        return directory;
    }

    /** Where the certificate of {@code role} lies; its key lies beside it, with {@code .key} in place of {@code .crt}. */
    public Path certificatePath(CertificateRole role) {
        return directory.resolve(role.word() + ".crt");
    }

    /** Whether this directory has what a node needs to show itself. */
    public boolean hasNode() {
        return Files.exists(certificatePath(CertificateRole.NODE)) && Files.exists(directory.resolve(AUTHORITIES));
    }

    /** Who is believed; empty where the directory has none yet. */
    public List<X509Certificate> authorities() throws IOException {
        Path file = directory.resolve(AUTHORITIES);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return Pem.certificates(Files.readString(file));
        } catch (CertificateException e) {
            throw new IOException(file + " has no certificates that can be read", e);
        }
    }

    public void storeAuthorities(List<X509Certificate> authorities) throws IOException {
        write(AUTHORITIES, Pem.of(authorities), PrivateFiles.READABLE);
    }

    /**
     * The key and certificates of {@code role}; empty where there are none.
     *
     * @throws IOException if they cannot be read or do not belong together
     */
    public Optional<Credentials> credentials(CertificateRole role) throws IOException {
        Path file = certificatePath(role);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            List<X509Certificate> chain = Pem.certificates(Files.readString(file));
            return Optional.of(new Credentials(keyOf(role, chain.get(0).getPublicKey()), chain));
        } catch (CertificateException e) {
            throw new IOException("certificate and key of " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private PrivateKey keyOf(CertificateRole role, PublicKey certified) throws IOException, CertificateException {
        String name = role.word() + ".key";
        Path next = directory.resolve(name + ".next");
        if (Files.exists(next)) {
            PrivateKey key = Pem.privateKey(Files.readString(next));
            if (publicOf(key).equals(certified)) {
                PrivateFiles.rename(directory, name + ".next", name);
                return key;
            }
            PrivateFiles.delete(directory, name + ".next"); // its certificate never came
        }
        PrivateKey key = Pem.privateKey(Files.readString(directory.resolve(name)));
        if (!publicOf(key).equals(certified)) {
            throw new CertificateException(name + " is not the key of the certificate");
        }
        return key;
    }

    public void store(CertificateRole role, Credentials credentials) throws IOException {
        String key = role.word() + ".key";
        write(key + ".next", Pem.of(credentials.key()), PrivateFiles.OWNER_ONLY);
        write(role.word() + ".crt", Pem.of(credentials.chain()), PrivateFiles.READABLE);
        PrivateFiles.rename(directory, key + ".next", key);
    }

    public Optional<KeyEncryptionKey> keyEncryptionKey() throws IOException {
        Path file = directory.resolve(KEK);
        try {
            return Files.exists(file) ? Optional.of(KeyEncryptionKey.parse(Files.readString(file))) : Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged", e);
        }
    }

    public void store(KeyEncryptionKey kek) throws IOException {
        write(KEK, kek.text() + "\n", PrivateFiles.OWNER_ONLY);
    }

    /**
     * The keys that this newcomer asks for a certificate with: made and stored at the first call, the same at all later ones, so
     * that an attempt after a crash is known as the same newcomer's.
     */
    public KeyPair joinKeys() throws IOException {
        Path file = directory.resolve(JOIN_KEY);
        if (Files.exists(file)) {
            try {
                PrivateKey key = Pem.privateKey(Files.readString(file));
                return new KeyPair(publicOf(key), key);
            } catch (CertificateException e) {
                throw new IOException(file + " cannot be read; remove it to try with a new key", e);
            }
        }
        KeyPair keys = LeafCertificates.newKeys();
        write(JOIN_KEY, Pem.of(keys.getPrivate()), PrivateFiles.OWNER_ONLY);
        return keys;
    }

    /** Ends the attempt that {@link #joinKeys} belong to. */
    public void forgetJoinKeys() throws IOException {
        PrivateFiles.delete(directory, JOIN_KEY);
    }

    private void write(String name, String text, String permissions) throws IOException {
        PrivateFiles.makeDirectory(directory);
        PrivateFiles.replace(directory, name, text, permissions);
    }

    /** An EC private key determines its public one; files keep the private one only. */
    private static PublicKey publicOf(PrivateKey key) throws CertificateException {
        if (!(key instanceof ECPrivateKey ec)) {
            throw new CertificateException("a node's key is an EC key, not " + key.getAlgorithm());
        }
        return EcPoints.publicKey(ec);
    }
}

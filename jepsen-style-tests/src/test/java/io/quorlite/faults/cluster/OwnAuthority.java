package io.quorlite.faults.cluster;

import io.quorlite.agent.pki.ClusterAuthority;
import io.quorlite.agent.pki.Credentials;
import io.quorlite.agent.pki.LeafCertificates;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.Pem;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A company's CA and one below it, which a user brings to {@code init}; its owner can sign whatever a test needs. */
final class OwnAuthority {
    private final X509Certificate root;
    private final X509Certificate certificate;
    private final PrivateKey key;

    private OwnAuthority(X509Certificate root, X509Certificate certificate, PrivateKey key) {
        this.root = root;
        this.certificate = certificate;
        this.key = key;
    }

    /** A new root, and an intermediate CA below it. */
    static OwnAuthority belowARoot() throws Exception {
        KeyPair rootKeys = LeafCertificates.newKeys();
        KeyPair keys = LeafCertificates.newKeys();
        String rootName = "CN=Example Corp Root";
        X509Certificate root = certify(rootName, rootName, rootKeys, rootKeys, 1);
        X509Certificate intermediate = certify("CN=Example Corp Datastores", rootName, keys, rootKeys, 0);
        return new OwnAuthority(root, intermediate, keys.getPrivate());
    }

    private static X509Certificate certify(
            String subject, String issuer, KeyPair keys, KeyPair issuerKeys, int authoritiesBelow) throws Exception {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                        new X500Name(issuer),
                        new BigInteger(100, new SecureRandom()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofDays(1000))),
                        new X500Name(subject),
                        keys.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(authoritiesBelow))
                .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        return new JcaX509CertificateConverter()
                .getCertificate(
                        builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
    }

    X509Certificate root() {
        return root;
    }

    /** The one that signs. */
    X509Certificate certificate() {
        return certificate;
    }

    /** What the file behind {@code --ca-cert} holds: the one that signs, and the one above. */
    String certificatePem() {
        return Pem.of(List.of(certificate, root));
    }

    String keyPem() {
        return Pem.of(key);
    }

    /** As a member would have it, good for a day. */
    Credentials issue(LeafIdentity identity) throws Exception {
        return issue(identity, Instant.now());
    }

    /** @param from its day begins here; it is valid a little earlier */
    Credentials issue(LeafIdentity identity, Instant from) throws Exception {
        KeyPair keys = LeafCertificates.newKeys();
        ClusterAuthority authority = ClusterAuthority.load(Pem.of(List.of(certificate)), keyPem(), Instant.now());
        X509Certificate leaf = LeafCertificates.issue(
                authority, keys.getPublic(), identity, List.of("127.0.0.1"), Duration.ofDays(1), from);
        return new Credentials(keys.getPrivate(), List.of(leaf, certificate));
    }
}

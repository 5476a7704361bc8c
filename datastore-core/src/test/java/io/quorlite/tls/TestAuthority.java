package io.quorlite.tls;

import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority made for one test. The subject of a certificate is the member's id in hexadecimal. */
public final class TestAuthority {
    private static final AtomicLong SERIALS = new AtomicLong(1);

    private final KeyPair keys = keys();
    private final X500Name name;
    private final X509Certificate certificate;

    public TestAuthority(String name) throws Exception {
        Instant now = Instant.now();
        this.name = new X500Name("CN=" + name);
        this.certificate = certify(this.name, keys, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)), true);
    }

    /** A key and its certificate. */
    public record Pair(PrivateKey key, X509Certificate certificate) {}

    /** Good for a day on either side of now. */
    public Pair issue(long memberId) throws Exception {
        Instant now = Instant.now();
        return issue(memberId, now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
    }

    public Pair issue(long memberId, Instant from, Instant to) throws Exception {
        KeyPair own = keys();
        return new Pair(own.getPrivate(), certify(new X500Name(subject(memberId)), own, from, to, false));
    }

    public static String subject(long memberId) {
        return "CN=" + Long.toHexString(memberId);
    }

    private static KeyPair keys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private X509Certificate certify(X500Name subject, KeyPair own, Instant from, Instant to, boolean authority)
            throws Exception {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(SERIALS.getAndIncrement()),
                Date.from(from),
                Date.from(to),
                subject,
                own.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    }

    /** Believes this authority and presents what {@code identity} holds at each handshake. */
    public TlsIdentity identity(Holder identity) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("authority", certificate);
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(trusted);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager trust) {
                return new TlsIdentity(identity, trust);
            }
        }
        throw new AssertionError("a JDK without PKIX");
    }

    public TlsIdentity identity(Pair pair) throws Exception {
        return identity(new Holder(pair));
    }

    /** A key manager whose certificate can be swapped, or taken away. */
    public static final class Holder extends X509ExtendedKeyManager {
        private volatile @Nullable Pair pair;

        public Holder(@Nullable Pair pair) {
            this.pair = pair;
        }

        public void hold(@Nullable Pair next) {
            pair = next;
        }

        private @Nullable String alias() {
            return pair == null ? null : "own";
        }

        @Override
        public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return pair == null ? null : new String[] {"own"};
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias();
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias();
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return getClientAliases(keyType, issuers);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias();
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias();
        }

        @Override
        public X509Certificate @Nullable [] getCertificateChain(String alias) {
            Pair held = pair;
            return held == null ? null : new X509Certificate[] {held.certificate()};
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            Pair held = pair;
            return held == null ? null : held.key();
        }
    }
}

package io.quorlite.agent.pki;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Who signs a cluster's certificates: its own authority, or one that the user brought, which may stand below another. Members trust this very
 * certificate and nothing above it, so that an authority that signs for others, too, lets nobody in. Immutable.
 */
public final class ClusterAuthority {
    static final Duration LIFETIME = Duration.ofDays(3653); // ten years
    private static final int RSA_BITS_MIN = 2048;
    private static final int EC_BITS_MIN = 256;
    private static final int KEY_CERT_SIGN = 5; // RFC 5280 4.2.1.3

    private final X509Certificate certificate;
    private final PrivateKey key;

    private ClusterAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** A new one with an EC P-256 key, named after the cluster. */
    public static ClusterAuthority create(long clusterId, Instant now) throws CertificateException {
        KeyPair keys = LeafCertificates.newKeys();
        Instant from = now.minus(LeafCertificates.BACK_DATED);
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, "quorlite " + LeafIdentity.hex(clusterId))
                .addRDN(BCStyle.CN, "quorlite cluster CA " + now.getEpochSecond())
                .build();
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    name,
                    new BigInteger(120, new SecureRandom()).setBit(119),
                    Date.from(from),
                    Date.from(now.plus(LIFETIME)),
                    name,
                    keys.getPublic());
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return new ClusterAuthority(sign(builder, keys.getPrivate()), keys.getPrivate());
        } catch (CertIOException | NoSuchAlgorithmException e) {
            throw new CertificateException("the cluster's authority cannot be made", e);
        }
    }

    /**
     * One that the user brought: the certificate that signs comes first in its file.
     *
     * @throws CertificateException if it is not fit to sign, with the reason in words for a person
     */
    public static ClusterAuthority load(String certificatePem, String keyPem, Instant now) throws CertificateException {
        X509Certificate certificate = Pem.certificates(certificatePem).get(0);
        PrivateKey key = Pem.privateKey(keyPem);
        String name = certificate.getSubjectX500Principal().getName();
        if (certificate.getBasicConstraints() < 0) {
            throw new CertificateException(name + " is not a CA certificate (no basic constraint CA:TRUE)");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[KEY_CERT_SIGN]) {
            throw new CertificateException(name + " may not sign certificates (its key usage does not say so)");
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())
                || now.isAfter(certificate.getNotAfter().toInstant())) {
            throw new CertificateException(name + " is valid from "
                    + certificate.getNotBefore().toInstant() + " to "
                    + certificate.getNotAfter().toInstant() + ", which is not now");
        }
        requireStrong(name, certificate);
        ClusterAuthority authority = new ClusterAuthority(certificate, key);
        authority.requireOwnKey(name);
        return authority;
    }

    private static void requireStrong(String name, X509Certificate certificate) throws CertificateException {
        PublicKey key = certificate.getPublicKey();
        boolean rsa = key instanceof RSAKey some && some.getModulus().bitLength() >= RSA_BITS_MIN;
        boolean ec = key instanceof ECKey some && some.getParams().getOrder().bitLength() >= EC_BITS_MIN;
        if (!rsa && !ec) {
            throw new CertificateException(name + " has a key that is too weak or of a kind that is not known: "
                    + "RSA with 2048 bits or more, or EC with 256 or more");
        }
    }

    private void requireOwnKey(String name) throws CertificateException {
        try {
            byte[] probe = {1, 2, 3};
            Signature signature = Signature.getInstance(signatureAlgorithm(key));
            signature.initSign(key);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(probe);
            if (!signature.verify(signed)) {
                throw new InvalidKeyException("the signature does not match");
            }
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the private key is not that of " + name, e);
        }
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public SpkiPin pin() {
        return SpkiPin.of(certificate);
    }

    /** To be sealed; see {@link SealedKey}. */
    PrivateKey key() {
        return key;
    }

    static ClusterAuthority of(X509Certificate certificate, PrivateKey key) {
        return new ClusterAuthority(certificate, key);
    }

    X509Certificate sign(X509v3CertificateBuilder builder) throws CertificateException {
        return sign(builder, key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) throws CertificateException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(signatureAlgorithm(key)).build(key)));
        } catch (OperatorCreationException e) {
            throw new CertificateException("the certificate cannot be signed", e);
        }
    }

    private static String signatureAlgorithm(PrivateKey key) throws CertificateException {
        if (key instanceof RSAKey) {
            return "SHA256withRSA";
        } else if (key instanceof ECKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            return bits > 384 ? "SHA512withECDSA" : bits > 256 ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        throw new CertificateException("a key of the kind " + key.getAlgorithm() + " is not known here");
    }

    @Override
    public String toString() {
        return "authority " + pin();
    }
}

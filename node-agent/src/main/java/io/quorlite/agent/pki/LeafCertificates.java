package io.quorlite.agent.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidAlgorithmParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;

/** Issues the certificates of nodes, clients and administrators. Stateless. */
public final class LeafCertificates {
    public static final Duration LIFETIME = Duration.ofDays(365);

    /** Valid from a little before now, for those whose clock is behind: also of clients that know no {@link ReloadingTrust#NOT_YET}. */
    static final Duration BACK_DATED = Duration.ofMinutes(15);

    public static final int HOSTS_MAX = 32;
    private static final Pattern HOST_NAME =
            Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
    private static final int SERIAL_BITS = 120; // RFC 5280: positive, at most 20 bytes

    private LeafCertificates() {}

    /** New EC P-256 keys. */
    public static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("this JDK has no EC P-256 keys", e);
        }
    }

    /**
     * Issues a certificate for the holder of {@code key}.
     *
     * @param hosts the addresses and names where a node is reached, as they stand in URLs, beside its own name and
     *     {@code localhost}; empty for others
     * @param lifetime from now on; it ends no later than the authority itself
     */
    public static X509Certificate issue(
            ClusterAuthority authority,
            PublicKey key,
            LeafIdentity identity,
            List<String> hosts,
            Duration lifetime,
            Instant now)
            throws CertificateException {
        Instant authorityEnd = authority.certificate().getNotAfter().toInstant();
        Instant end = now.plus(lifetime);
        try {
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(
                            authority.certificate().getSubjectX500Principal().getEncoded()),
                    new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1),
                    Date.from(now.minus(BACK_DATED)),
                    Date.from(end.isBefore(authorityEnd) ? end : authorityEnd),
                    new X500NameBuilder(BCStyle.INSTANCE)
                            .addRDN(BCStyle.OU, identity.role().word())
                            .addRDN(BCStyle.CN, identity.name())
                            .build(),
                    key);
            JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, purposes(identity.role()))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            extensions.createAuthorityKeyIdentifier(authority.certificate()))
                    .addExtension(Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
                    .addExtension(Extension.subjectAlternativeName, false, names(identity, hosts));
            return authority.sign(builder);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new CertificateException("the certificate cannot be made", e);
        }
    }

    private static ExtendedKeyUsage purposes(CertificateRole role) {
        return role == CertificateRole.NODE
                ? new ExtendedKeyUsage(
                        new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth})
                : new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth);
    }

    private static GeneralNames names(LeafIdentity identity, List<String> hosts) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, identity.uri()));
        if (identity.role() == CertificateRole.NODE) {
            TreeSet<String> all = new TreeSet<>(List.of("localhost"));
            hosts.forEach(host -> all.add(normalHost(host)));
            String name = IpLiteral.normal(identity.name());
            if (isHost(name)) {
                all.add(name);
            }
            for (String host : all) {
                boolean address = IpLiteral.parse(host).isPresent();
                names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
            }
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    /** Whether a certificate names all of {@code hosts}; one that is not a node's need not. */
    static boolean isFor(X509Certificate certificate, List<String> hosts) {
        if (LeafIdentity.of(certificate).map(LeafIdentity::role).orElse(null) != CertificateRole.NODE) {
            return true;
        }
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            List<String> named = names == null
                    ? List.of()
                    : names.stream()
                            .map(entry -> IpLiteral.normal(String.valueOf(entry.get(1))))
                            .toList();
            return named.containsAll(hosts);
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    /**
     * The host in its usual form.
     *
     * @throws IllegalArgumentException if it is neither an address nor a name that can stand in a certificate
     */
    public static String normalHost(String host) {
        String normal = IpLiteral.normal(host);
        if (!isHost(normal)) {
            throw new IllegalArgumentException("neither an IP address nor a host name: '" + host + "'");
        }
        return normal;
    }

    /** A name outside this form would make the JDK refuse all names of the certificate. */
    private static boolean isHost(String normal) {
        return IpLiteral.parse(normal).isPresent()
                || (normal.length() <= 253 && HOST_NAME.matcher(normal).matches());
    }
}

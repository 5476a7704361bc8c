package io.quorlite.agent.pki;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Certificates and private keys as PEM text. */
public final class Pem {
    private Pem() {}

    /** All certificates of {@code text}, in their order. */
    public static List<X509Certificate> certificates(String text) throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (Certificate certificate :
                factory.generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))) {
            certificates.add((X509Certificate) certificate);
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("there is no certificate in it");
        }
        return List.copyOf(certificates);
    }

    /** The private key of {@code text}: PKCS#8, or the older forms of OpenSSL, without a password. */
    public static PrivateKey privateKey(String text) throws CertificateException {
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            // OpenSSL writes the parameters of a curve before the key: they are passed over
            for (Object read = parser.readObject(); read != null; read = parser.readObject()) {
                if (read instanceof PrivateKeyInfo info) {
                    return converter.getPrivateKey(info);
                } else if (read instanceof PEMKeyPair pair) {
                    return converter.getKeyPair(pair).getPrivate();
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new CertificateException("the private key cannot be read", e);
        }
        throw new CertificateException("there is no private key in it, or it is protected by a password");
    }

    public static String of(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append(block("CERTIFICATE", der(certificate)));
        }
        return text.toString();
    }

    public static String of(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was read cannot be written", e);
        }
    }

    private static String block(String what, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }
}

package io.quorlite.agent.pki;

import java.io.IOException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.interfaces.ECKey;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Requests for a certificate (PKCS#10): how a node shows that it has the private key that it keeps to itself. What the certificate will
 * say is not the request's to decide, so nothing but the key is taken from it.
 */
public final class CertificateRequests {
    private static final int BYTES_MAX = 8 << 10;
    private static final int EC_BITS = 256;

    private CertificateRequests() {}

    /** The request of whoever has {@code keys}, DER. */
    public static byte[] create(KeyPair keys, String name) throws CertificateException {
        try {
            return new JcaPKCS10CertificationRequestBuilder(
                            new X500NameBuilder(BCStyle.INSTANCE)
                                    .addRDN(BCStyle.CN, name)
                                    .build(),
                            keys.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new CertificateException("the request cannot be made", e);
        }
    }

    /**
     * The key of a request whose sender has its private half.
     *
     * @throws CertificateException if it is no request, not signed by its key, or the key is not an EC key of 256 bits
     */
    public static PublicKey verifiedKey(byte[] request) throws CertificateException {
        if (request.length > BYTES_MAX) {
            throw new CertificateException("a request of " + request.length + " bytes");
        }
        try {
            JcaPKCS10CertificationRequest parsed = new JcaPKCS10CertificationRequest(request);
            PublicKey key = parsed.getPublicKey();
            if (!(key instanceof ECKey ec) || ec.getParams().getOrder().bitLength() != EC_BITS) {
                throw new CertificateException("the request's key is not an EC key of " + EC_BITS + " bits");
            }
            if (!parsed.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new CertificateException("the request is not signed by its key");
            }
            return key;
        } catch (IOException
                | InvalidKeyException
                | NoSuchAlgorithmException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new CertificateException("not a certificate request", e);
        }
    }
}

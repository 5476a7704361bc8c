package io.quorlite.agent.pki;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/** Elliptic-curve keys, P-256 only. */
final class EcPoints {
    private static final X9ECParameters P256 = CustomNamedCurves.getByName("P-256");

    private EcPoints() {}

    /** The public half: the private number times the curve's base point. */
    static PublicKey publicKey(ECPrivateKey key) throws CertificateException {
        if (!key.getParams().getOrder().equals(P256.getN())) {
            throw new CertificateException("a node's key is of the curve P-256");
        }
        org.bouncycastle.math.ec.ECPoint point =
                P256.getG().multiply(key.getS()).normalize();
        try {
            return KeyFactory.getInstance("EC")
                    .generatePublic(new ECPublicKeySpec(
                            new ECPoint(
                                    point.getAffineXCoord().toBigInteger(),
                                    point.getAffineYCoord().toBigInteger()),
                            key.getParams()));
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the key has no public half", e);
        }
    }
}

package io.quorlite.agent.pki;

import io.quorlite.mvcc.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** SHA-256 of a public key in its SubjectPublicKeyInfo form (RFC 7469): names a key whatever certificate it is in. */
public record SpkiPin(Bytes sha256) {
    public static final int LENGTH = 32;
    private static final String PREFIX = "sha256:";

    public SpkiPin {
        if (sha256.length() != LENGTH) {
            throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + sha256.length());
        }
    }

    public static SpkiPin of(PublicKey key) {
        return new SpkiPin(Bytes.wrap(sha256(key.getEncoded())));
    }

    public static SpkiPin of(X509Certificate certificate) {
        return of(certificate.getPublicKey());
    }

    /** Reads {@code sha256:} and 64 hexadecimal digits. */
    public static SpkiPin parse(String text) {
        if (!text.matches("sha256:[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException("not sha256: and 64 hexadecimal digits: '" + text + "'");
        }
        return new SpkiPin(Bytes.wrap(HexFormat.of().parseHex(text.substring(PREFIX.length()))));
    }

    public String hex() {
        return HexFormat.of().formatHex(sha256.unsafeArray());
    }

    /** For people: enough to compare by eye. */
    public String brief() {
        String hex = hex();
        return PREFIX + hex.substring(0, 4) + "…" + hex.substring(60);
    }

    @Override
    public String toString() {
        return PREFIX + hex();
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}

package io.quorlite.agent.token;

import io.quorlite.mvcc.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The secret of a token: 128 random bits. It is never shown by {@link #toString} and compared in constant time. */
public final class TokenSecret {
    public static final int LENGTH = 16;

    private final byte[] bytes;

    private TokenSecret(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a token's secret has 16 bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    static TokenSecret draw(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new TokenSecret(bytes);
    }

    public static TokenSecret of(byte[] bytes) {
        return new TokenSecret(bytes.clone());
    }

    /** Reads what {@link #text} wrote. */
    public static TokenSecret parse(String text) {
        try {
            return new TokenSecret(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a token's secret", e); // without what it was
        }
    }

    /** Base64url: to be sent where nobody reads along, and nowhere else. */
    public String text() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /** What the cluster keeps of it. 128 random bits need neither salt nor a slow hash. */
    public Bytes sha256() {
        try {
            return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Whether this is the secret of that hash; takes the same time for every answer. */
    public boolean matches(Bytes sha256) {
        return MessageDigest.isEqual(sha256().unsafeArray(), sha256.unsafeArray());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenSecret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    @Override
    public int hashCode() {
        return sha256().hashCode();
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}

package io.quorlite.agent.pki;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The key that the authority's key is sealed with: 256 random bits, the same on all members, never in a record. */
public final class KeyEncryptionKey {
    private static final int LENGTH = 32;

    private final byte[] bytes;

    private KeyEncryptionKey(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a key-encryption key has 32 bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    public static KeyEncryptionKey generate() {
        byte[] bytes = new byte[LENGTH];
        new SecureRandom().nextBytes(bytes);
        return new KeyEncryptionKey(bytes);
    }

    /** Reads what {@link #text} wrote. */
    public static KeyEncryptionKey parse(String text) {
        try {
            return new KeyEncryptionKey(Base64.getDecoder().decode(text.strip()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not a key-encryption key", e); // without what it was
        }
    }

    /** Base64: for a file that nobody else reads, or a connection that is verified. */
    public String text() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyEncryptionKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return 0; // says nothing of the key
    }

    @Override
    public String toString() {
        return "(key-encryption key)";
    }
}

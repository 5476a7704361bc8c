package io.quorlite.agent.pki;

import io.quorlite.mvcc.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals the authority's private key, so that it can lie in records that are copied and backed up: AES-256-GCM with the key-encryption
 * key that members keep in a file of their own.
 *
 * <pre>
 * version u8 = 1 | nonce 12 | ciphertext | tag 16
 * </pre>
 */
final class SealedKey {
    private static final byte VERSION = 1;
    private static final int NONCE_LENGTH = 12;
    private static final int TAG_BITS = 128;
    private static final int HEAD = 1 + NONCE_LENGTH;

    private SealedKey() {}

    /** @param purpose what is sealed, so that one sealed text cannot be put in the place of another */
    static Bytes seal(KeyEncryptionKey kek, byte[] secret, String purpose) {
        byte[] nonce = new byte[NONCE_LENGTH];
        new SecureRandom().nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, kek, nonce, purpose).doFinal(secret);
            byte[] all = new byte[HEAD + sealed.length];
            all[0] = VERSION;
            System.arraycopy(nonce, 0, all, 1, NONCE_LENGTH);
            System.arraycopy(sealed, 0, all, HEAD, sealed.length);
            return Bytes.wrap(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES-256-GCM", e);
        }
    }

    /** @throws GeneralSecurityException if it was sealed with another key, for another purpose, or was changed */
    static byte[] open(KeyEncryptionKey kek, Bytes sealed, String purpose) throws GeneralSecurityException {
        byte[] all = sealed.unsafeArray();
        if (all.length < HEAD + TAG_BITS / 8 || all[0] != VERSION) {
            throw new GeneralSecurityException("not a sealed key of a form that this version knows");
        }
        byte[] nonce = new byte[NONCE_LENGTH];
        System.arraycopy(all, 1, nonce, 0, NONCE_LENGTH);
        return cipher(Cipher.DECRYPT_MODE, kek, nonce, purpose).doFinal(all, HEAD, all.length - HEAD);
    }

    private static Cipher cipher(int mode, KeyEncryptionKey kek, byte[] nonce, String purpose)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(kek.bytes(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}

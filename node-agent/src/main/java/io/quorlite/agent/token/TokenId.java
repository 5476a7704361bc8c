package io.quorlite.agent.token;

import java.security.SecureRandom;

/** A token's name, which is no secret: 30 bits, shown as six characters such as {@code k3x9q2}. */
public record TokenId(int value) {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"; // no i, l, o, u: they are misread
    private static final int DIGITS = 6;
    private static final int BITS_A_DIGIT = 5;

    public TokenId {
        if (value < 0 || value >> (DIGITS * BITS_A_DIGIT) != 0) {
            throw new IllegalArgumentException("a token's id has 30 bits: " + value);
        }
    }

    static TokenId draw(SecureRandom random) {
        return new TokenId(random.nextInt(1 << (DIGITS * BITS_A_DIGIT)));
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws IllegalArgumentException if {@code text} is no token's id
     */
    public static TokenId parse(String text) {
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = ALPHABET.indexOf(text.charAt(i));
            if (digit < 0 || text.length() != DIGITS) {
                throw notAnId(text);
            }
            value = value << BITS_A_DIGIT | digit;
        }
        if (text.isEmpty()) {
            throw notAnId(text);
        }
        return new TokenId(value);
    }

    private static IllegalArgumentException notAnId(String text) {
        return new IllegalArgumentException(
                "not a token's id: '" + text + "' (six letters or digits, for example k3x9q2)");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(DIGITS);
        for (int digit = DIGITS - 1; digit >= 0; digit--) {
            text.append(ALPHABET.charAt(value >> (digit * BITS_A_DIGIT) & 31));
        }
        return text.toString();
    }
}

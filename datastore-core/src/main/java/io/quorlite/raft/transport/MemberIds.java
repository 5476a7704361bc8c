package io.quorlite.raft.transport;

/**
 * Member ids as text: {@code m} and sixteen hexadecimal digits. The engine names a peer by this text in place of an address,
 * so that identity never depends on where a member is reached.
 */
public final class MemberIds {
    private static final int TEXT_LENGTH = 17;

    private MemberIds() {}

    public static String text(long memberId) {
        String digits = Long.toHexString(memberId);
        return "m" + "0".repeat(TEXT_LENGTH - 1 - digits.length()) + digits;
    }

    /**
     * Reads what {@link #text} writes.
     *
     * @throws IllegalArgumentException if {@code text} is something else
     */
    public static long parse(String text) {
        if (text.length() != TEXT_LENGTH || text.charAt(0) != 'm') {
            throw new IllegalArgumentException("not a member id: '" + text + "'");
        }
        try {
            return Long.parseUnsignedLong(text, 1, TEXT_LENGTH, 16);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a member id: '" + text + "'", e);
        }
    }
}

package io.quorlite.agent.pki;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP addresses as people write them, told from host names without asking a name server. */
public final class IpLiteral {
    private static final Pattern IPV4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|[01]?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|[01]?\\d?\\d)){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    private IpLiteral() {}

    /** The 4 or 16 bytes of {@code host}, which an IPv6 address is without brackets; empty for a host name. */
    public static Optional<byte[]> parse(String host) {
        if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(host).getAddress()); // a literal: nobody is asked
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** {@code address} as RFC 5952 writes it: IPv6 in lower case, its longest run of zeroes left out. */
    public static String format(byte[] address) {
        if (address.length == 4) {
            return (address[0] & 0xff) + "." + (address[1] & 0xff) + "." + (address[2] & 0xff) + "."
                    + (address[3] & 0xff);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
        }
        int[] zeroes = longestZeroes(groups);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == zeroes[0]) {
                text.append("::");
                i += zeroes[1] - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
                text.append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }

    /** {@code host} in its usual form: an address as {@link #format} writes it, a name as it is, in lower case. */
    public static String normal(String host) {
        return parse(host).map(IpLiteral::format).orElseGet(() -> host.toLowerCase(Locale.ROOT));
    }

    /** Start and length of the longest run of two or more zeroes, or {-1, 0}. */
    private static int[] longestZeroes(int[] groups) {
        int[] longest = {-1, 1};
        for (int start = 0; start < groups.length; start++) {
            int end = start;
            while (end < groups.length && groups[end] == 0) {
                end++;
            }
            if (end - start > longest[1]) {
                longest = new int[] {start, end - start};
            }
        }
        return longest;
    }
}

package io.quorlite.replication;

/** A host name or IP literal (IPv6 without brackets) and a port. */
public record PeerAddress(String host, int port) {
    public PeerAddress {
        if (host.isBlank() || port < 0 || port > 65535) {
            throw new IllegalArgumentException("not an address: host='" + host + "' port=" + port);
        }
    }

    /** Parses {@code host:port} or {@code [ipv6]:port}. */
    public static PeerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("not a host:port address: '" + text + "'");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address needs brackets: '" + text + "'");
        }
        try {
            return new PeerAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a port in '" + text + "'", e);
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}

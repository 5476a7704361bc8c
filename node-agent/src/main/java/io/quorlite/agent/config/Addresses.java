package io.quorlite.agent.config;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.replication.PeerAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Reads addresses as people write them. */
public final class Addresses {
    private Addresses() {}

    /** {@code host:port}, with or without {@code http://} before it. */
    public static PeerAddress parse(String option, String text) {
        String bare = text.startsWith("http://") ? text.substring("http://".length()) : text;
        if (bare.startsWith("https://")) {
            throw new Refusal(
                    ExitCode.USAGE,
                    option + " " + text
                            + ": a node that was not initialised serves plain text on loopback addresses only; write http://, or"
                            + " make it a secured one: node-agent init");
        }
        try {
            return PeerAddress.parse(bare.endsWith("/") ? bare.substring(0, bare.length() - 1) : bare);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, option + ": " + e.getMessage());
        }
    }

    /**
     * Refuses to serve plain text where others could read along. A name counts as what it resolves to, all of it.
     */
    public static void requireLoopback(String option, PeerAddress address) {
        try {
            for (InetAddress resolved : InetAddress.getAllByName(address.host())) {
                if (!resolved.isLoopbackAddress()) {
                    throw new Refusal(
                            ExitCode.REFUSED_UNSAFE,
                            "Refused: " + option + " " + address
                                    + " is not a loopback address, and without TLS everybody on that"
                                    + " network could read and change the data. Use a loopback address such as 127.0.0.1:"
                                    + address.port() + ".");
                }
            }
        } catch (UnknownHostException e) {
            throw new Refusal(ExitCode.USAGE, option + ": no address is known for '" + address.host() + "'");
        }
    }

    /** {@code n1=host:port,n2=host:port,…}; every name and every address once. */
    public static List<NamedPeer> parseCluster(String text) {
        List<NamedPeer> peers = new ArrayList<>();
        for (String item : text.split(",", -1)) {
            int equals = item.indexOf('=');
            if (equals <= 0) {
                throw new Refusal(
                        ExitCode.USAGE,
                        "--initial-cluster: '" + item + "' is not name=host:port (for example n1=127.0.0.11:2380)");
            }
            NamedPeer peer = new NamedPeer(
                    item.substring(0, equals).trim(),
                    parse("--initial-cluster", item.substring(equals + 1).trim()));
            for (NamedPeer other : peers) {
                if (other.name().equals(peer.name()) || other.address().equals(peer.address())) {
                    throw new Refusal(
                            ExitCode.USAGE,
                            "--initial-cluster: '" + item + "' and '" + other.name() + "=" + other.address()
                                    + "' are the same member or the same address");
                }
            }
            peers.add(peer);
        }
        return peers;
    }

    /** A member as the command line names it; its id follows from the whole list. */
    public record NamedPeer(String name, PeerAddress address) {}
}

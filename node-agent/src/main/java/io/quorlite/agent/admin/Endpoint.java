package io.quorlite.agent.admin;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.replication.PeerAddress;
import java.nio.file.Path;
import java.util.Locale;

/** Where a node's admin API is. */
public sealed interface Endpoint {
    /** A Unix socket: whoever may open it may do everything. */
    record Local(Path socket) implements Endpoint {
        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /** A TCP port with mutual TLS. */
    record Remote(PeerAddress address) implements Endpoint {
        @Override
        public String toString() {
            return "https://" + address;
        }
    }

    /** @throws Refusal if {@code text} is neither unix:///path nor https://host:port */
    static Endpoint parse(String text) {
        if (text.startsWith("unix://") && text.length() > "unix://".length()) {
            return new Local(Path.of(text.substring("unix://".length())));
        }
        if (text.toLowerCase(Locale.ROOT).startsWith("https://")) {
            try {
                return new Remote(
                        PeerAddress.parse(text.substring("https://".length()).replaceAll("/$", "")));
            } catch (IllegalArgumentException e) {
                throw new Refusal(ExitCode.USAGE, "--endpoint: " + e.getMessage());
            }
        }
        throw new Refusal(
                ExitCode.USAGE,
                "--endpoint: '" + text + "' is neither unix:///path/admin.sock nor https://host:2382; plain http is not"
                        + " served");
    }
}

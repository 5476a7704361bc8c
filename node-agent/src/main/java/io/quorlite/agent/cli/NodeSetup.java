package io.quorlite.agent.cli;

import io.quorlite.agent.config.ConfigFiles;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.DurableFile;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.sysinfo.Finding;
import io.quorlite.agent.sysinfo.Finding.Verdict;
import io.quorlite.agent.sysinfo.HostChecks;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code init} and {@code join} have in common: which name and addresses a new node gets, and the file that says so. */
final class NodeSetup {
    private final DataFolder folder;
    private final Map<Key, String> settings = new EnumMap<>(Key.class);

    private NodeSetup(DataFolder folder) {
        this.folder = folder;
    }

    /**
     * Settles name and addresses: what was given, else what the directory's data or the host say.
     *
     * @param given on the command line
     */
    static NodeSetup of(DataFolder folder, Map<Key, String> given) throws IOException {
        NodeSetup setup = new NodeSetup(folder);
        setup.settings.putAll(given);
        setup.settings.remove(Key.DATA_DIR);
        setup.settings.put(Key.API_VERSION, Configuration.API_VERSION);
        setup.settings.put(Key.TLS_MODE, "auto");
        setup.settleAddresses();
        setup.settleName();
        return setup;
    }

    private void settleAddresses() throws IOException {
        String advertise = settings.get(Key.ADVERTISE_HOST);
        String host = advertise == null || advertise.isBlank() ? hostAddress() : advertise;
        if (!host.startsWith("[") && host.chars().filter(c -> c == ':').count() == 1) {
            PeerAddress address = PeerAddress.parse(host); // host:port means the port for peers
            host = address.host();
            settings.putIfAbsent(Key.LISTEN_PEER, new PeerAddress(listenHost(host), address.port()).toString());
        }
        host = host.replace("[", "").replace("]", "");
        settings.put(Key.ADVERTISE_HOST, host);
        String listen = listenHost(host);
        settings.putIfAbsent(Key.LISTEN_CLIENT, new PeerAddress(listen, NodeSettings.CLIENT_PORT).toString());
        settings.putIfAbsent(Key.LISTEN_PEER, new PeerAddress(listen, NodeSettings.PEER_PORT).toString());
        settings.putIfAbsent(Key.LISTEN_ADMIN, new PeerAddress(listen, NodeSettings.ADMIN_PORT).toString());
    }

    /** An address of this host is listened on alone, so that several nodes share it; for a name, or one that is not here, all are. */
    private static String listenHost(String host) throws IOException {
        boolean literal = io.quorlite.agent.pki.IpLiteral.parse(host).isPresent();
        if (literal) {
            InetAddress address = InetAddress.getByName(host);
            if (address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null) {
                return host;
            }
        }
        return "0.0.0.0";
    }

    /** The first address of an interface that others may reach, IPv4 before IPv6; loopback where there is none. */
    private static String hostAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .filter(NodeSetup::isUp)
                .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .min(Comparator.comparingInt(address -> address instanceof Inet4Address ? 0 : 1))
                .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
                .orElse("127.0.0.1");
    }

    private static boolean isUp(NetworkInterface network) {
        try {
            return network.isUp() && !network.isLoopback();
        } catch (IOException e) {
            return false;
        }
    }

    private void settleName() throws IOException {
        String stored = storedName();
        String given = settings.get(Key.NAME);
        if (stored != null && given != null && !stored.equals(given)) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "The data in " + folder.root() + " is of a node named " + stored
                            + "; leave --name out, or give --name " + stored);
        }
        settings.put(Key.NAME, stored != null ? stored : given != null ? given : defaultName(host()));
    }

    /** The name in the identity of a datastore that is here already. */
    private @Nullable String storedName() throws IOException {
        var identity = folder.root().resolve("identity");
        if (!Files.exists(identity)) {
            return null;
        }
        return Files.readAllLines(identity).stream()
                .filter(line -> line.startsWith("name "))
                .map(line -> line.substring("name ".length()))
                .findFirst()
                .orElse(null);
    }

    /** The host's; but several nodes on one host need different ones, which follow from their loopback addresses. */
    static String defaultName(String host) throws IOException {
        if (host.startsWith("127.")) {
            return "n" + host.substring(host.lastIndexOf('.') + 1);
        }
        try {
            return InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
        } catch (IOException e) {
            return host.replace(':', '-');
        }
    }

    String name() {
        return settings.getOrDefault(Key.NAME, "");
    }

    String host() {
        return settings.getOrDefault(Key.ADVERTISE_HOST, "");
    }

    void put(Key key, String text) {
        settings.put(key, text);
    }

    /** What a start would make of it; what is wrong with it is found here. */
    NodeSettings node() {
        Configuration configuration = Configuration.load(settings, Map.of(), folder.config());
        return NodeSettings.of(configuration, folder.root(), "", "quorlite-cluster");
    }

    /** @throws Refusal if this host is not fit for a node */
    List<Finding> checkHost() throws IOException {
        NodeSettings node = node();
        boolean runs = new Background(folder).process().isPresent(); // it goes on joining, and has its ports
        List<PeerAddress> ports =
                runs ? List.of() : List.of(node.listenClient().get(0), node.listenPeer(), node.listenAdmin());
        List<Finding> findings = HostChecks.beforeStart(folder.root(), ports).run();
        List<Finding> rejected = findings.stream()
                .filter(finding -> finding.verdict() == Verdict.REJECT)
                .toList();
        if (!rejected.isEmpty()) {
            Finding first = rejected.get(0);
            throw new Refusal(
                    ExitCode.PREFLIGHT,
                    "PREFLIGHT",
                    "This host is not fit for the node: " + first.name() + " " + first.value()
                            + (first.advice().isEmpty() ? "" : " (" + first.advice() + ")")
                            + (rejected.size() > 1 ? ", and " + (rejected.size() - 1) + " more" : "") + ".",
                    "See all: node-agent sysinfo --data-dir " + folder.root());
        }
        return findings;
    }

    /** Makes the directory, for its owner alone, and the file in it: from here on it is a node's. */
    void write() throws IOException {
        Files.createDirectories(folder.root());
        Files.setPosixFilePermissions(folder.root(), PosixFilePermissions.fromString("rwxr-x---"));
        DurableFile.replace(folder.config(), ConfigFiles.write(settings));
    }
}

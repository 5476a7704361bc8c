package io.quorlite.agent.node;

import io.quorlite.agent.config.Addresses;
import io.quorlite.agent.config.Addresses.NamedPeer;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.RoleTargets;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node's settings, checked: what stands here can be started.
 *
 * @param secured whether it was initialised: mutual TLS on every TCP port, and a cluster it can grow into
 * @param advertiseHost what others reach it at; of a secured node
 * @param peers the initial members of a static cluster in plain text; empty for a secured node, and for one of its own, which
 *     opens no peer port
 * @param certificateLifetime of its certificates
 */
public record NodeSettings(
        String name,
        Path dataDirectory,
        boolean secured,
        List<PeerAddress> listenClient,
        PeerAddress listenPeer,
        PeerAddress listenAdmin,
        String advertiseHost,
        List<NamedPeer> peers,
        String clusterToken,
        Duration electionTimeout,
        long quotaBytes,
        long snapshotEntries,
        long logTailEntries,
        RoleTargets targets,
        String failureDomain,
        Duration certificateLifetime) {
    public static final int CLIENT_PORT = 2379;
    public static final int PEER_PORT = 2380;
    public static final int ADMIN_PORT = 2382;

    /**
     * @param initialCluster the members of a static cluster, empty for none
     * @throws Refusal where the settings contradict each other or would be unsafe
     */
    public static NodeSettings of(
            Configuration config, Path dataDirectory, String initialCluster, String clusterToken) {
        config.logLevel(); // must be one
        boolean secured = config.isSecured();
        String name = config.text(Key.NAME, () -> "default");
        List<NamedPeer> peers = initialCluster.isBlank() ? List.of() : Addresses.parseCluster(initialCluster);
        if (secured && !peers.isEmpty()) {
            throw new Refusal(
                    ExitCode.USAGE, "--initial-cluster is for nodes that were not initialised; this one grows by join");
        }
        String host = config.text(Key.ADVERTISE_HOST, () -> "127.0.0.1");
        return new NodeSettings(
                name,
                dataDirectory,
                secured,
                clientAddresses(config, host),
                peerAddress(config, name, peers, initialCluster, host),
                address(config, Key.LISTEN_ADMIN, host, ADMIN_PORT),
                host,
                peers,
                clusterToken,
                electionTimeout(config),
                quota(config),
                config.number(Key.SNAPSHOT_ENTRIES, 10),
                config.number(Key.LOG_TAIL_ENTRIES, 0),
                targets(config),
                config.text(Key.FAILURE_DOMAIN),
                config.duration(Key.CERTIFICATE_LIFETIME));
    }

    private static List<PeerAddress> clientAddresses(Configuration config, String host) {
        List<String> texts = config.texts(Key.LISTEN_CLIENT);
        List<PeerAddress> addresses = new ArrayList<>();
        for (String text : texts.isEmpty() ? List.of(new PeerAddress(host, CLIENT_PORT).toString()) : texts) {
            addresses.add(checked(config, Key.LISTEN_CLIENT, text));
        }
        return addresses;
    }

    private static PeerAddress peerAddress(
            Configuration config, String name, List<NamedPeer> peers, String initialCluster, String host) {
        if (peers.isEmpty()) {
            return address(config, Key.LISTEN_PEER, host, PEER_PORT);
        }
        NamedPeer self = peers.stream()
                .filter(peer -> peer.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ExitCode.USAGE,
                        "--name " + name + " is not in --initial-cluster " + initialCluster
                                + ": a member finds itself there by its name"));
        String own = config.text(Key.LISTEN_PEER);
        return checked(config, Key.LISTEN_PEER, own.isEmpty() ? self.address().toString() : own);
    }

    private static PeerAddress address(Configuration config, Key key, String host, int port) {
        return checked(config, key, config.text(key, () -> new PeerAddress(host, port).toString()));
    }

    /** Refuses to serve plain text where others could read along. */
    private static PeerAddress checked(Configuration config, Key key, String text) {
        String option = config.get(key).origin().equals("default") ? key.option() : config.where(key);
        if (config.isSecured()) {
            return Addresses.parse(option, text.startsWith("https://") ? text.substring(8) : text);
        }
        PeerAddress address = Addresses.parse(option, text);
        Addresses.requireLoopback(option, address);
        return address;
    }

    private static Duration electionTimeout(Configuration config) {
        Duration timeout = config.duration(Key.ELECTION_TIMEOUT);
        if (timeout.toMillis() < 50 || timeout.toMillis() > 50_000) {
            throw config.wrong(Key.ELECTION_TIMEOUT, "50 to 50000 milliseconds, not " + timeout.toMillis());
        }
        return timeout;
    }

    private static long quota(Configuration config) {
        long bytes = config.size(Key.QUOTA);
        if (bytes <= 0) {
            throw config.wrong(Key.QUOTA, "more than nothing, not " + config.text(Key.QUOTA));
        }
        return bytes;
    }

    private static RoleTargets targets(Configuration config) {
        int voters = Math.toIntExact(Math.min(config.number(Key.VOTERS, 1), 100));
        int standbys = Math.toIntExact(Math.min(config.number(Key.STANDBYS, 0), 100));
        try {
            return new RoleTargets(voters, standbys);
        } catch (IllegalArgumentException e) {
            throw config.wrong(
                    String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).startsWith("voters")
                            ? Key.VOTERS
                            : Key.STANDBYS,
                    String.valueOf(e.getMessage()));
        }
    }

    /** For all members, at a cluster's first node: who joins later need not be told. */
    void setTargets(Datastore store) throws IOException {
        try {
            store.roleTargets(targets).get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the cluster's targets cannot be recorded", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted at the first start", e);
        }
    }

    PeerAddress peerAdvertise() {
        return new PeerAddress(advertiseHost, listenPeer.port());
    }

    String adminAdvertise() {
        return new PeerAddress(advertiseHost, listenAdmin.port()).toString();
    }

    List<String> clientUrls() {
        if (!secured) {
            return listenClient.stream().map(address -> "http://" + address).toList();
        }
        return List.of(
                "https://" + new PeerAddress(advertiseHost, listenClient.get(0).port()));
    }

    DatastoreConfig.Builder datastore() {
        List<Member> members = new ArrayList<>();
        for (NamedPeer peer : peers) {
            members.add(new Member(0, peer.name(), peer.address(), false));
        }
        return DatastoreConfig.builder(dataDirectory)
                .name(name)
                .clusterToken(clusterToken)
                .peers(members)
                .peerListen(listenPeer)
                .clientUrls(clientUrls())
                .electionTimeout(electionTimeout)
                .quotaBytes(quotaBytes)
                .snapshotEntries(snapshotEntries)
                .logTailEntries(logTailEntries);
    }
}

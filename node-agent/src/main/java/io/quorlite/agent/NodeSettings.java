package io.quorlite.agent;

import io.quorlite.agent.Addresses.NamedPeer;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A node's settings, checked: what stands here can be started.
 *
 * @param peers the initial members; empty for a node of its own, which opens no peer port
 */
record NodeSettings(
        String name,
        Path dataDirectory,
        PeerAddress listenClient,
        PeerAddress listenPeer,
        List<NamedPeer> peers,
        String clusterToken,
        Duration electionTimeout,
        long quotaBytes,
        long snapshotEntries,
        long logTailEntries) {

    /** @throws Refusal where the settings contradict each other or would be unsafe */
    static NodeSettings of(RunCommand options) {
        PeerAddress client = Addresses.parse("--listen-client", options.listenClient);
        Addresses.requireLoopback("--listen-client", client);
        List<NamedPeer> peers =
                options.initialCluster.isBlank() ? List.of() : Addresses.parseCluster(options.initialCluster);
        PeerAddress peer = peerAddress(options, peers);
        if (peers.size() > 1) {
            Addresses.requireLoopback("--listen-peer", peer);
        }
        if (options.electionTimeoutMillis < 50 || options.electionTimeoutMillis > 50_000) {
            throw new Refusal(
                    ExitCode.USAGE,
                    "--election-timeout: 50 to 50000 milliseconds, not " + options.electionTimeoutMillis);
        }
        if (options.snapshotEntries < 10) {
            throw new Refusal(ExitCode.USAGE, "--snapshot-entries: at least 10, not " + options.snapshotEntries);
        }
        if (options.logTailEntries < 0) {
            throw new Refusal(ExitCode.USAGE, "--log-tail-entries: not negative, but " + options.logTailEntries);
        }
        return new NodeSettings(
                options.name,
                options.dataDirectory,
                client,
                peer,
                peers,
                options.initialClusterToken,
                Duration.ofMillis(options.electionTimeoutMillis),
                Sizes.parse("--quota", options.quota),
                options.snapshotEntries,
                options.logTailEntries);
    }

    private static PeerAddress peerAddress(RunCommand options, List<NamedPeer> peers) {
        if (peers.isEmpty()) {
            return Addresses.parse("--listen-peer", options.listenPeer == null ? "127.0.0.1:2380" : options.listenPeer);
        }
        NamedPeer self = peers.stream()
                .filter(peer -> peer.name().equals(options.name))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        ExitCode.USAGE,
                        "--name " + options.name + " is not in --initial-cluster " + options.initialCluster
                                + ": a member finds itself there by its name"));
        return options.listenPeer == null ? self.address() : Addresses.parse("--listen-peer", options.listenPeer);
    }

    DatastoreConfig datastore() {
        List<Member> members = new ArrayList<>();
        for (NamedPeer peer : peers) {
            members.add(new Member(0, peer.name(), peer.address(), false));
        }
        return DatastoreConfig.builder(dataDirectory)
                .name(name)
                .clusterToken(clusterToken)
                .peers(members)
                .peerListen(listenPeer)
                .clientUrls(List.of("http://" + listenClient))
                .electionTimeout(electionTimeout)
                .quotaBytes(quotaBytes)
                .snapshotEntries(snapshotEntries)
                .logTailEntries(logTailEntries)
                .build();
    }
}

package io.quorlite.agent.node;

import io.quorlite.agent.admin.AdminRoutes;
import io.quorlite.agent.admin.AdminServer;
import io.quorlite.agent.admin.LocalNode;
import io.quorlite.agent.admin.NodeRecord;
import io.quorlite.agent.admin.NodeStatus;
import io.quorlite.agent.admin.RunningConfiguration;
import io.quorlite.agent.admin.StatusSource;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.config.Version;
import io.quorlite.agent.join.Admissions;
import io.quorlite.agent.join.JoinKeeper;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.etcd.EtcdServer;
import io.quorlite.etcd.EtcdServerConfig;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: the datastore, its admin API and its etcd face. They start in this order, so that a node which still waits for a
 * leader can be asked how it is, and stop in the reverse one, so that no call reaches a store that is closed.
 */
final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final Datastore store;
    private final EtcdServer server;
    private final RunningConfiguration configuration;
    private final Deque<AutoCloseable> parts;

    private Node(Datastore store, EtcdServer server, RunningConfiguration configuration, Deque<AutoCloseable> parts) {
        this.store = store;
        this.server = server;
        this.configuration = configuration;
        this.parts = parts;
    }

    /** Starts all parts; what was started is stopped again if one of them fails. */
    static Node start(NodeSettings settings, Configuration configuration, Supplier<Configuration> again)
            throws IOException {
        Deque<AutoCloseable> parts = new ArrayDeque<>();
        try {
            return start(settings, configuration, again, parts);
        } catch (IOException | RuntimeException e) {
            closeAll(parts);
            throw e;
        }
    }

    private static Node start(
            NodeSettings settings,
            Configuration configuration,
            Supplier<Configuration> again,
            Deque<AutoCloseable> parts)
            throws IOException {
        DataFolder folder = new DataFolder(settings.dataDirectory());
        Security security = settings.secured() ? Security.open(settings, folder) : null;
        Datastore store = opening(parts, Datastore.open(datastore(settings, folder, security)));
        opening(parts, RunFiles.create(folder));
        if (security != null) {
            opening(parts, security).begin(store);
        }
        LocalNode local = local(settings, store, security);
        StatusSource status = opening(parts, new StatusSource(local));
        EtcdServer server = opening(parts, EtcdServer.start(store, etcd(settings, folder, security)));
        Admissions admissions = security == null ? null : security.admissions(store);
        AdminRoutes.Secured secured = security == null || admissions == null
                ? null
                : new AdminRoutes.Secured(
                        admissions, security.certificates(), opening(parts, security.rotation(store)));
        RunningConfiguration running = new RunningConfiguration(configuration, again, changeable(store));
        AdminServer admin =
                opening(parts, new AdminServer(AdminRoutes.create(local, status, running, server, secured)));
        if (security != null && admissions != null) {
            JoinKeeper keeper = opening(parts, security.joinKeeper(store, admissions));
            keeper.start();
            admin.listen(settings.listenAdmin(), security.certificates().tls(), security::caller);
            NodeRecord known = new NodeRecord(settings.name(), settings.adminAdvertise(), Version.current());
            String domain = settings.failureDomain();
            opening(parts, Registration.start(store, known, domain.isEmpty() ? null : domain));
        }
        admin.listen(folder.adminSocket()); // last: who can ask here finds everything started
        return new Node(store, server, running, parts);
    }

    /** What can be changed while the node runs. */
    private static Map<Key, Consumer<Configuration>> changeable(Datastore store) {
        return Map.of(
                Key.LOG_LEVEL,
                AgentLogging::setLevel,
                Key.QUOTA,
                settings -> store.quotaBytes(settings.size(Key.QUOTA)));
    }

    private static <T extends AutoCloseable> T opening(Deque<AutoCloseable> parts, T part) {
        parts.push(part);
        return part;
    }

    private static DatastoreConfig datastore(NodeSettings settings, DataFolder folder, @Nullable Security security)
            throws IOException {
        DatastoreConfig.Builder config = settings.datastore();
        if (security != null) {
            config.peerAdvertise(settings.peerAdvertise())
                    .peerSecurity(security.certificates().peerSecurity())
                    .roleTargets(settings.targets());
            JoinTicket.read(folder).ifPresent(ticket -> config.invitation(ticket.invitation()));
        }
        return config.build();
    }

    private static LocalNode local(NodeSettings settings, Datastore store, @Nullable Security security) {
        String admin = security == null ? null : settings.adminAdvertise();
        return new LocalNode(
                settings.name(),
                Version.current(),
                new NodeStatus.Addresses(
                        settings.clientUrls(), settings.listenPeer().toString(), admin),
                store,
                store.system(),
                store.membership(),
                security == null ? null : security.clientContext(),
                () -> security == null ? null : security.certificateEnd(),
                Node::exitSoon);
    }

    private static EtcdServerConfig etcd(NodeSettings settings, DataFolder folder, @Nullable Security security)
            throws IOException {
        EtcdServerConfig.Builder config = EtcdServerConfig.builder().electionTimeout(settings.electionTimeout());
        for (PeerAddress address : settings.listenClient()) {
            config.listen(address.host(), address.port());
        }
        if (security != null) {
            config.security(new EtcdServerConfig.Security(
                    security.certificates().tls(), security.certificates().etcdCheck()));
            Files.deleteIfExists(folder.etcdSocket());
            config.listen(UnixDomainSocketAddress.of(folder.etcdSocket()));
        }
        return config.build();
    }

    /** Ends the process in order, once the answer to the one who asked for it is on its way. */
    private static void exitSoon() {
        Thread exit = new Thread(
                () -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(50);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    System.exit(0);
                },
                "exit");
        exit.setDaemon(true);
        exit.start();
    }

    Datastore store() {
        return store;
    }

    RunningConfiguration configuration() {
        return configuration;
    }

    EtcdServer server() {
        return server;
    }

    /** Whether a linearizable read succeeds here within {@code millis}. */
    boolean isReady(long millis) throws InterruptedException {
        try {
            store.checkLinearizable().get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    @Override
    public void close() {
        closeAll(parts);
    }

    private static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.error("a part of the node did not stop in order", e);
            }
        }
    }
}

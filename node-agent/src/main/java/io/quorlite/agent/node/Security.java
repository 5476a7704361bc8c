package io.quorlite.agent.node;

import io.quorlite.agent.admin.AdminServer;
import io.quorlite.agent.admin.Caller;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Version;
import io.quorlite.agent.join.Admissions;
import io.quorlite.agent.join.ClusterState;
import io.quorlite.agent.join.JoinKeeper;
import io.quorlite.agent.pki.AuthorityRotation;
import io.quorlite.agent.pki.CertificateRole;
import io.quorlite.agent.pki.KeyEncryptionKey;
import io.quorlite.agent.pki.LeafIdentity;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.pki.PkiDirectory;
import io.quorlite.agent.pki.RenewalSettings;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreStatus;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A node's certificates as its start needs them: made at a first start, read at all others. */
final class Security implements AutoCloseable {
    private final NodeSettings settings;
    private final DataFolder folder;
    private final NodeSecurity certificates;

    private Security(NodeSettings settings, DataFolder folder, NodeSecurity certificates) {
        this.settings = settings;
        this.folder = folder;
        this.certificates = certificates;
    }

    static Security open(NodeSettings settings, DataFolder folder) throws IOException {
        NodeSecurity certificates = NodeSecurity.open(new PkiDirectory(folder.pki()), InstantSource.system());
        return new Security(settings, folder, certificates);
    }

    NodeSecurity certificates() {
        return certificates;
    }

    SSLContext clientContext() {
        return AdminServer.context(certificates.tls());
    }

    RenewalSettings renewal() {
        return new RenewalSettings(
                List.of(settings.advertiseHost()), settings.certificateLifetime(), RenewalSettings.RENEW_AT);
    }

    /** Makes the cluster's certificates where there are none yet, and follows the cluster's records from now on. */
    void begin(Datastore store) throws IOException {
        if (!certificates.directory().hasNode()) {
            DatastoreStatus status = store.status();
            LeafIdentity self =
                    LeafIdentity.node(status.clusterId(), status.replication().memberId(), settings.name());
            try {
                settings.setTargets(store);
                certificates.initialise(store.system(), GivenAuthority.read(folder), self, renewal());
            } catch (CertificateException e) {
                throw new IOException("the cluster's certificates cannot be made", e);
            }
            GivenAuthority.forget(folder);
        }
        certificates.attach(store.system(), renewal());
    }

    /** Lets newcomers in; the key that lets members sign must be here, which it is once {@link #begin} returned. */
    Admissions admissions(Datastore store) throws IOException {
        KeyEncryptionKey kek = certificates
                .directory()
                .keyEncryptionKey()
                .orElseThrow(() -> new IOException("the key in " + folder.pki().resolve("kek") + " is missing"));
        Admissions.Settings admission =
                new Admissions.Settings(store.status().clusterId(), Version.current(), settings.certificateLifetime());
        return new Admissions(
                store.system(), store.membership(), ClusterState.of(store), kek, admission, InstantSource.system());
    }

    JoinKeeper joinKeeper(Datastore store, Admissions admissions) {
        return new JoinKeeper(
                store.system(),
                store.membership(),
                ClusterState.of(store),
                admissions.tokens(),
                InstantSource.system());
    }

    /** Goes on with a replacement of the authority while this node leads. */
    AuthorityRotation rotation(Datastore store) {
        AuthorityRotation rotation = new AuthorityRotation(
                store.system(),
                store.membership(),
                () -> store.status().replication().isLeader(),
                InstantSource.system());
        rotation.begin();
        return rotation;
    }

    @Nullable Instant certificateEnd() {
        return certificates
                .certificate()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .orElse(null);
    }

    /** Who calls the admin port with this certificate. */
    Caller caller(X509Certificate certificate, String address) {
        String refusal = certificates.adminCheck().refusal(certificate, 0);
        LeafIdentity identity = LeafIdentity.of(certificate).orElse(null);
        if (refusal != null || identity == null) {
            String problem = refusal == null ? "the certificate is none of this cluster" : refusal;
            return new Caller(Caller.Kind.ANONYMOUS, "", address, problem);
        }
        Caller.Kind kind = identity.role() == CertificateRole.NODE ? Caller.Kind.NODE : Caller.Kind.ADMIN;
        return new Caller(kind, identity.name(), address);
    }

    @Override
    public void close() {
        certificates.close();
    }
}

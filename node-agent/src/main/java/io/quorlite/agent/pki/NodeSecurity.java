package io.quorlite.agent.pki;

import io.quorlite.agent.pki.AuthorityRecords.Issue;
import io.quorlite.agent.pki.AuthorityRecords.State;
import io.quorlite.datastore.DatastoreConfig;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.system.SystemTxn;
import io.quorlite.system.SystemTxn.Condition;
import io.quorlite.tls.CertificateCheck;
import io.quorlite.tls.TlsIdentity;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's certificates at work: what its ports show, whom they let in, and how that is kept up to date.
 *
 * <p>In order: {@link #open}, then the datastore with {@link #peerSecurity}; at an {@code init} then {@link #initialise}, as only an open
 * datastore knows its ids (the peer port refuses everybody until then); then {@link #attach}. A newcomer calls {@link #accept} before it
 * opens its datastore. Thread-safe but for {@link #initialise} and {@link #accept}.
 */
public final class NodeSecurity implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSecurity.class);

    /** Whom the client and administrator certificates in every member's directory name. */
    static final String CLIENT = "etcd-client";

    static final String ADMIN = "admin";

    private final PkiDirectory directory;
    private final InstantSource clock;
    private final ReloadingIdentity identity;
    private final DenyList denyList = new DenyList();
    private volatile long clusterId;
    private volatile @Nullable Renewal renewal;

    private NodeSecurity(PkiDirectory directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
        this.identity = new ReloadingIdentity(clock);
    }

    /** With what the directory has, which may be nothing yet. */
    public static NodeSecurity open(PkiDirectory directory, InstantSource clock) throws IOException {
        NodeSecurity security = new NodeSecurity(directory, clock);
        if (directory.hasNode()) {
            security.identity.believe(directory.authorities());
            security.show(directory
                    .credentials(CertificateRole.NODE)
                    .orElseThrow(() -> new IOException("the node's certificate went away")));
        }
        return security;
    }

    private void show(Credentials credentials) throws IOException {
        LeafIdentity self = LeafIdentity.of(credentials.certificate())
                .filter(found -> found.role() == CertificateRole.NODE)
                .orElseThrow(() -> new IOException(
                        directory.certificatePath(CertificateRole.NODE) + " is not the certificate of a node"));
        clusterId = self.clusterId();
        identity.show(credentials);
    }

    /** What all ports of this node show and believe; it may be used before there is anything. */
    public TlsIdentity tls() {
        return identity.tls();
    }

    public DatastoreConfig.PeerSecurity peerSecurity() {
        return new DatastoreConfig.PeerSecurity(tls(), new PeerIdentityCheck(() -> clusterId, denyList, clock));
    }

    public CertificateCheck etcdCheck() {
        return ClientCheck.etcd(() -> clusterId, denyList, clock);
    }

    public CertificateCheck adminCheck() {
        return ClientCheck.admin(() -> clusterId, denyList, clock);
    }

    public PkiDirectory directory() {
        return directory;
    }

    /** This node's own certificate; empty before it has one. */
    public Optional<X509Certificate> certificate() {
        return identity.shown().map(Credentials::certificate);
    }

    /** Who is believed now; the one that signed this node's certificate among them. */
    public List<X509Certificate> authorities() {
        return identity.believed();
    }

    /**
     * Makes a cluster's certificates at its first node: records the authority with its sealed key, and issues certificates for the node, for a
     * client and for an administrator. May be called again after a crash within: what was recorded stands, what is missing is made.
     * Blocks until the records are committed.
     *
     * @param authority the one that the user brought; null to make one
     */
    public void initialise(
            SystemRecords records, @Nullable ClusterAuthority authority, LeafIdentity self, RenewalSettings settings)
            throws IOException, CertificateException {
        AuthorityRecords authorities = new AuthorityRecords(records);
        KeyEncryptionKey kek = directory.keyEncryptionKey().orElse(null);
        if (kek == null) {
            kek = KeyEncryptionKey.generate();
            directory.store(kek);
        }
        if (authorities.signingPin().isEmpty()) {
            recordAuthority(
                    records,
                    authority == null ? ClusterAuthority.create(self.clusterId(), clock.instant()) : authority,
                    kek);
        }
        directory.storeAuthorities(authorities.believed());
        identity.believe(authorities.believed());
        issue(records, kek, LeafIdentity.client(self.clusterId(), CLIENT), self, settings);
        issue(records, kek, LeafIdentity.admin(self.clusterId(), ADMIN), self, settings);
        show(issue(records, kek, self, self, settings)); // last: with it the directory is whole
        LOG.info(
                "cluster {} has the authority {}",
                LeafIdentity.hex(self.clusterId()),
                authorities.signingPin().orElseThrow());
    }

    private static void recordAuthority(SystemRecords records, ClusterAuthority authority, KeyEncryptionKey kek)
            throws IOException {
        String name = AuthorityRecords.recordName(authority.pin());
        SystemTxn txn = new SystemTxn(
                List.of(new Condition(name, 0)),
                List.of(new SystemTxn.Change(
                        name, RecordJson.write(AuthorityRecords.sealed(authority, kek, State.SIGNS)))));
        Waits.get(records.commit(txn), "recording the cluster's authority");
    }

    private Credentials issue(
            SystemRecords records,
            KeyEncryptionKey kek,
            LeafIdentity holder,
            LeafIdentity self,
            RenewalSettings settings)
            throws IOException, CertificateException {
        KeyPair keys = LeafCertificates.newKeys();
        Issue issue = new AuthorityRecords(records)
                .issue(kek, keys.getPublic(), holder, self.memberId(), settings, clock.instant());
        Waits.get(
                records.commit(new SystemTxn(List.of(), List.of(issue.remembered()))),
                "recording the certificate of " + holder.name());
        Credentials credentials = new Credentials(keys.getPrivate(), issue.chain());
        directory.store(holder.role(), credentials);
        return credentials;
    }

    /** Takes what a newcomer was granted; with this its directory is whole. */
    public void accept(
            KeyPair keys, List<X509Certificate> chain, List<X509Certificate> authorities, KeyEncryptionKey kek)
            throws IOException {
        directory.store(kek);
        directory.storeAuthorities(authorities);
        Credentials credentials = new Credentials(keys.getPrivate(), chain);
        directory.store(CertificateRole.NODE, credentials);
        directory.forgetJoinKeys();
        identity.believe(authorities);
        show(credentials);
    }

    /** Follows the cluster's records from now on: the deny list, the authorities; and renews certificates in time. */
    public void attach(SystemRecords records, RenewalSettings settings) {
        denyList.follow(records);
        Renewal started = new Renewal(directory, identity, records, denyList, settings, clock);
        renewal = started;
        started.start();
    }

    /** Renews this node's certificates now, whatever their age. Blocks. */
    public void renewNow() throws IOException, CertificateException {
        Renewal running = renewal;
        if (running == null) {
            throw new IllegalStateException("not attached yet");
        }
        running.renewAll();
    }

    @Override
    public void close() {
        Renewal running = renewal;
        if (running != null) {
            running.close();
        }
    }
}

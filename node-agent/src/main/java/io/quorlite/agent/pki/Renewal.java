package io.quorlite.agent.pki;

import io.quorlite.agent.pki.AuthorityRecords.Issue;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.system.SystemTxn;
import java.io.IOException;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's certificates fresh, at its start and while it runs: replaces them late in their life, or when another authority signs now,
 * and believes the authorities that the cluster's records name. A node signs for itself, since it has the key that opens the
 * authority's; a certificate is used only after the cluster remembers it. Works on a thread of its own.
 */
final class Renewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

    private static final long RETRY_MILLIS_MIN = 250;
    private static final long RETRY_MILLIS_MAX = 60_000;

    private final PkiDirectory directory;
    private final ReloadingIdentity identity;
    private final SystemRecords records;
    private final AuthorityRecords authorities;
    private final DenyList denyList;
    private final RenewalSettings settings;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;
    /** A look that was asked for and has not begun: one is enough for all changes before it. */
    private final AtomicBoolean asked = new AtomicBoolean();

    private long retryMillis = RETRY_MILLIS_MIN; // of the thread

    Renewal(
            PkiDirectory directory,
            ReloadingIdentity identity,
            SystemRecords records,
            DenyList denyList,
            RenewalSettings settings,
            InstantSource clock) {
        this.directory = directory;
        this.identity = identity;
        this.records = records;
        this.authorities = new AuthorityRecords(records);
        this.denyList = denyList;
        this.settings = settings;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread named = new Thread(task, "certificates");
            named.setDaemon(true);
            return named;
        });
    }

    void start() {
        lookAfter(0);
        records.listen(this::authoritiesMayHaveChanged);
    }

    /** On the apply thread. */
    private void authoritiesMayHaveChanged() {
        boolean same = believedHere().equals(Set.copyOf(authorities.believed()))
                && identity.shown().map(this::isOfSigningAuthority).orElse(true);
        if (same || !asked.compareAndSet(false, true)) {
            return;
        }
        try {
            thread.execute(() -> {
                asked.set(false);
                var unused = lookAndLog();
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    private Set<X509Certificate> believedHere() {
        return Set.copyOf(identity.believed());
    }

    private void lookAfter(long millis) {
        try {
            var unused = thread.schedule(this::lookRegularly, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    /** A look that failed is made again soon: a newcomer's first may come before it can ask the cluster anything. */
    private void lookRegularly() {
        long intervalMillis = settings.interval().toMillis();
        if (lookAndLog()) {
            retryMillis = RETRY_MILLIS_MIN;
            lookAfter(intervalMillis);
        } else {
            lookAfter(Math.min(intervalMillis, retryMillis));
            retryMillis = Math.min(RETRY_MILLIS_MAX, 2 * retryMillis);
        }
    }

    private boolean lookAndLog() {
        try {
            look();
            return true;
        } catch (IOException e) {
            LOG.info("certificates could not be looked after and will be soon: {}", e.getMessage());
        } catch (CertificateException | RuntimeException e) {
            LOG.warn("certificates could not be looked after", e);
        }
        return false;
    }

    /** Does what is due. */
    synchronized void look() throws IOException, CertificateException {
        // What is applied here may be old, as at a start; an authority long dropped must not be believed again.
        Waits.get(records.sync(), "reading the cluster's records");
        believe(authorities.believed());
        for (CertificateRole role : CertificateRole.values()) {
            Optional<Credentials> credentials = directory.credentials(role);
            if (credentials.isPresent() && isDue(credentials.get())) {
                renew(role, credentials.get());
            } else if (credentials.isEmpty()) {
                issueFirst(role);
            }
        }
        tell();
        List<SystemTxn.Change> forgotten = new Revocations(records, clock).forgotten();
        if (!forgotten.isEmpty()) {
            Waits.get(records.commit(new SystemTxn(List.of(), forgotten)), "forgetting certificates that have ended");
        }
    }

    synchronized void renewAll() throws IOException, CertificateException {
        Waits.get(records.sync(), "reading the cluster's records");
        for (CertificateRole role : CertificateRole.values()) {
            Optional<Credentials> credentials = directory.credentials(role);
            if (credentials.isPresent()) {
                renew(role, credentials.get());
            }
        }
        tell();
    }

    /** What a rotation of the authority waits for, and what {@code certs status} shows. */
    private void tell() throws IOException {
        Credentials shown = identity.shown().orElse(null);
        LeafIdentity self = self().orElse(null);
        if (shown == null || self == null) {
            return;
        }
        NodeCertificate now = NodeCertificate.of(self, identity, shown);
        if (!NodeCertificate.find(records, self.memberId()).equals(Optional.of(now))) {
            Waits.get(
                    records.commit(new SystemTxn(List.of(), List.of(now.told()))),
                    "telling the others of the certificate");
        }
    }

    private void believe(List<X509Certificate> named) throws IOException {
        if (named.isEmpty() || believedHere().equals(Set.copyOf(named))) {
            return;
        }
        directory.storeAuthorities(named);
        identity.believe(named);
        LOG.info("believes {} now", named.stream().map(SpkiPin::of).toList());
    }

    private boolean isDue(Credentials credentials) throws CertificateException {
        X509Certificate certificate = credentials.certificate();
        if (denyList.denies(certificate)) {
            return false; // a revoked holder does not help itself
        }
        return !clock.instant().isBefore(settings.renewalOf(certificate))
                || !isOfSigningAuthority(credentials)
                || !LeafCertificates.isFor(certificate, settings.hosts());
    }

    private boolean isOfSigningAuthority(Credentials credentials) {
        List<X509Certificate> chain = credentials.chain();
        return authorities
                .signingPin()
                .map(SpkiPin.of(chain.get(chain.size() - 1))::equals)
                .orElse(true);
    }

    /** Who this node is; empty before it shows anything. */
    private Optional<LeafIdentity> self() {
        return identity.shown().flatMap(shown -> LeafIdentity.of(shown.certificate()));
    }

    /** A newcomer brings only its own certificate: those for clients and administrators are made here. */
    private void issueFirst(CertificateRole role) throws IOException, CertificateException {
        LeafIdentity self = self().orElse(null);
        if (self == null || role == CertificateRole.NODE || denyList.denies(self.memberId())) {
            return;
        }
        issue(
                role == CertificateRole.CLIENT
                        ? LeafIdentity.client(self.clusterId(), NodeSecurity.CLIENT)
                        : LeafIdentity.admin(self.clusterId(), NodeSecurity.ADMIN));
    }

    private void renew(CertificateRole role, Credentials before) throws IOException, CertificateException {
        LeafIdentity holder = LeafIdentity.of(before.certificate())
                .orElseThrow(() -> new CertificateException(role.word() + ".crt was not issued here"));
        issue(holder);
    }

    private void issue(LeafIdentity holder) throws IOException, CertificateException {
        KeyEncryptionKey kek = directory
                .keyEncryptionKey()
                .orElseThrow(() -> new CertificateException("this node has no key-encryption key (pki/kek)"));
        long keptBy = self().map(LeafIdentity::memberId).orElse(holder.memberId());
        KeyPair keys = LeafCertificates.newKeys();
        Issue issue = authorities.issue(kek, keys.getPublic(), holder, keptBy, settings, clock.instant());
        Waits.get(records.commit(new SystemTxn(List.of(), List.of(issue.remembered()))), "recording a new certificate");
        Credentials renewed = new Credentials(keys.getPrivate(), issue.chain());
        directory.store(holder.role(), renewed);
        if (holder.role() == CertificateRole.NODE) {
            identity.show(renewed);
        }
        LOG.info(
                "new {} certificate for {}, valid until {}",
                holder.role().word(),
                holder.name(),
                renewed.certificate().getNotAfter().toInstant());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

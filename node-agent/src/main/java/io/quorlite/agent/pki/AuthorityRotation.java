package io.quorlite.agent.pki;

import io.quorlite.agent.pki.AuthorityRecords.Authority;
import io.quorlite.agent.pki.AuthorityRecords.State;
import io.quorlite.datastore.ClusterMembers;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.replication.Member;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import io.quorlite.system.SystemTxn.Change;
import io.quorlite.system.SystemTxn.Condition;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the cluster's authority without a moment in which members do not believe each other:
 *
 * <pre>
 * BELIEVE   the next authority is recorded; each member believes both        until all members say so
 * REISSUE   the next one signs; each member gives itself a new certificate   until all members have one, and the old
 *                                                                            one was kept for as long as was asked
 * (done)    the old authority is dropped
 * </pre>
 *
 * To undo is to go to REISSUE with the two exchanged, from either phase. The leader makes the steps, on a thread of its own; each is one
 * transaction under the condition that nothing has changed since it was read. A member that is down holds the rotation up, as it
 * would not know the others afterwards. Thread-safe.
 */
public final class AuthorityRotation implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityRotation.class);
    private static final String RECORD = "pki/rotation";
    private static final long LOOK_MILLIS = 1_000;

    private final SystemRecords records;
    private final ClusterMembers members;
    private final BooleanSupplier leads;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;

    public AuthorityRotation(
            SystemRecords records, ClusterMembers members, BooleanSupplier leads, InstantSource clock) {
        this.records = records;
        this.members = members;
        this.leads = leads;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread named = new Thread(task, "authority-rotation");
            named.setDaemon(true);
            return named;
        });
    }

    /** How far a rotation is. */
    public enum Phase {
        BELIEVE,
        REISSUE
    }

    /**
     * A rotation under way; the record {@code pki/rotation}.
     *
     * @param from the pin of the authority that will be dropped
     * @param to the pin of the one that stays
     * @param dropAfter seconds; the old one is not dropped before
     * @param undone whether {@code to} is the authority that there was before
     */
    record Rotation(Phase phase, String from, String to, long startedAt, long dropAfter, boolean undone) {
        Rotation in(Phase next) {
            return new Rotation(next, from, to, startedAt, dropAfter, undone);
        }

        Rotation exchanged() {
            return new Rotation(Phase.REISSUE, to, from, startedAt, 0, !undone);
        }
    }

    /**
     * How far it is, for people.
     *
     * @param waitingFor the names of the members that have not done their part yet
     */
    public record Progress(
            Phase phase, String from, String to, long startedAt, boolean undone, List<String> waitingFor) {
        public Progress {
            waitingFor = List.copyOf(waitingFor);
        }
    }

    /** Makes steps as they become possible, while this member leads. */
    public void begin() {
        var unused = thread.scheduleWithFixedDelay(this::stepAndLog, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts a rotation. Blocks until that is recorded.
     *
     * @param next the authority that the user brought; null to make one
     * @param keepOld how long the old one is believed at least, for clients that have to be given new certificates
     * @throws IllegalStateException if one is under way
     */
    public void start(KeyEncryptionKey kek, @Nullable ClusterAuthority next, long clusterId, Duration keepOld)
            throws IOException, CertificateException {
        Waits.get(records.sync(), "reading the cluster's records");
        SpkiPin old = new AuthorityRecords(records)
                .signingPin()
                .orElseThrow(() -> new IllegalStateException("this cluster has no authority"));
        ClusterAuthority made = next == null ? ClusterAuthority.create(clusterId, clock.instant()) : next;
        if (made.pin().equals(old)) {
            throw new IllegalArgumentException("the new authority is the old one");
        }
        long now = clock.instant().getEpochSecond();
        Rotation rotation = new Rotation(
                Phase.BELIEVE, old.toString(), made.pin().toString(), now, now + keepOld.toSeconds(), false);
        SystemTxn txn = new SystemTxn(
                List.of(new Condition(RECORD, 0), unchanged(AuthorityRecords.recordName(old))),
                List.of(
                        new Change(RECORD, RecordJson.write(rotation)),
                        new Change(
                                AuthorityRecords.recordName(made.pin()),
                                RecordJson.write(AuthorityRecords.sealed(made, kek, State.BELIEVED)))));
        if (!Waits.get(records.commit(txn), "recording the next authority")) {
            throw new IllegalStateException("the authority is being replaced already");
        }
        LOG.info("the authority {} is to replace {}", rotation.to(), rotation.from());
    }

    /**
     * Goes back to the authority that there was before; undone again, goes on. Blocks until that is recorded.
     *
     * @throws IllegalStateException if no rotation is under way, which one that is done is not
     */
    public void undo() throws IOException {
        Waits.get(records.sync(), "reading the cluster's records");
        SystemRecord found = records.get(RECORD)
                .orElseThrow(() ->
                        new IllegalStateException("no authority is being replaced; what is done cannot be undone"));
        Rotation rotation = RecordJson.read(found, Rotation.class);
        Rotation back = rotation.exchanged();
        if (!Waits.get(records.commit(step(found, back, false)), "recording the way back")) {
            throw new IllegalStateException("the rotation went on at the same time; look again");
        }
        LOG.info("the replacement of {} by {} is undone", rotation.from(), rotation.to());
    }

    public Optional<Progress> progress() {
        return records.get(RECORD).map(found -> {
            Rotation rotation = RecordJson.read(found, Rotation.class);
            return new Progress(
                    rotation.phase(),
                    rotation.from(),
                    rotation.to(),
                    rotation.startedAt(),
                    rotation.undone(),
                    waitingFor(rotation));
        });
    }

    private List<String> waitingFor(Rotation rotation) {
        Predicate<NodeCertificate> done = rotation.phase() == Phase.BELIEVE
                ? node -> node.believed().contains(rotation.to())
                : node -> node.issuer().equals(rotation.to());
        return members.all().stream()
                .filter(member -> !NodeCertificate.find(records, member.id())
                        .map(done::test)
                        .orElse(false))
                .map(Member::name)
                .toList();
    }

    private void stepAndLog() {
        try {
            look();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the replacement of the authority could not go on for now", e);
        }
    }

    /** Makes the step that is due, if any. */
    void look() throws IOException {
        SystemRecord found = records.get(RECORD).orElse(null);
        if (found == null || !leads.getAsBoolean()) {
            return;
        }
        Rotation rotation = RecordJson.read(found, Rotation.class);
        if (!waitingFor(rotation).isEmpty()) {
            return;
        }
        if (rotation.phase() == Phase.BELIEVE) {
            make(
                    step(found, rotation.in(Phase.REISSUE), false),
                    "all members believe " + rotation.to() + ", it signs now");
        } else if (clock.instant().getEpochSecond() >= rotation.dropAfter()) {
            make(step(found, rotation, true), "the authority " + rotation.from() + " is dropped");
        }
    }

    private void make(SystemTxn txn, String what) throws IOException {
        if (Waits.get(records.commit(txn), "a step of the authority's replacement")) {
            LOG.info(what);
        }
    }

    /** Has {@code next.to} sign, and the other one go or be only believed. */
    private SystemTxn step(SystemRecord found, Rotation next, boolean last) {
        String from = AuthorityRecords.recordName(SpkiPin.parse(next.from()));
        String to = AuthorityRecords.recordName(SpkiPin.parse(next.to()));
        List<Condition> conditions =
                List.of(new Condition(found.name(), found.version()), unchanged(from), unchanged(to));
        List<Change> changes = new ArrayList<>();
        changes.add(new Change(RECORD, last ? null : RecordJson.write(next)));
        changes.add(
                new Change(from, last ? null : RecordJson.write(authority(from).in(State.BELIEVED))));
        changes.add(new Change(to, RecordJson.write(authority(to).in(State.SIGNS))));
        return new SystemTxn(conditions, changes);
    }

    private Condition unchanged(String name) {
        return new Condition(name, records.get(name).map(SystemRecord::version).orElse(0L));
    }

    private Authority authority(String name) {
        return records.get(name)
                .map(found -> RecordJson.read(found, Authority.class))
                .orElseThrow(() -> new IllegalStateException("the record " + name + " is not there"));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.Member;
import io.quorlite.replication.MemberChange;
import io.quorlite.replication.Replication;
import io.quorlite.roles.Role;
import io.quorlite.roles.RoleChange;
import io.quorlite.roles.RoleMember;
import io.quorlite.roles.RolePlanner;
import io.quorlite.roles.RoleTargets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives members their roles while this one leads: looks at them every now and then, asks the {@link RolePlanner} for the next
 * change, and has the group make it; one at a time, each from a fresh look.
 *
 * <p>A change that fails puts its member aside for a while, longer each time: who cannot be given a vote must not keep the next
 * candidate from it.
 *
 * <p>Thread-safe; nothing blocks. One lock guards all state; the replicated log is not touched while it is held.
 */
final class RoleKeeper {
    /** A voter that goes silent is noticed at most that much later than the bound of {@link RoleView}. */
    static final long TICK_MILLIS = 500;

    static final long ASIDE_MILLIS_MIN = 1_000;
    static final long ASIDE_MILLIS_MAX = 60_000;

    /** While somebody else changes members. */
    private static final long PAUSE_MILLIS = 250;

    /** Stands for the plan itself where that failed. */
    private static final long NOBODY = 0;

    private static final Logger log = LoggerFactory.getLogger(RoleKeeper.class);

    /** Of a member whose change failed: until when it is left alone, and for how long the next time. */
    private record Aside(long untilMillis, long nextMillis) {}

    private final String name;
    private final Replication replication;
    private final RoleView view;
    private final MemberRecords attributes;
    private final SystemRecords records;
    private final @Nullable RoleTargets configured;
    private final Executor executor;
    private final LongSupplier nanoClock;

    private final UnreadableRecords unreadable = new UnreadableRecords();
    private final Object lock = new Object();
    private final TreeMap<Long, Aside> aside = new TreeMap<>();
    private boolean leads;
    private long leadsSinceMillis;
    private boolean busy;
    private boolean again; // something happened while a change was under way

    /**
     * @param configured null to leave roles alone
     * @param executor where looks are made that something asks for in a thread of the log
     */
    RoleKeeper(
            String name,
            Replication replication,
            RoleView view,
            MemberRecords attributes,
            SystemRecords records,
            @Nullable RoleTargets configured,
            Executor executor,
            LongSupplier nanoClock) {
        this.name = name;
        this.replication = replication;
        this.view = view;
        this.attributes = attributes;
        this.records = records;
        this.configured = configured;
        this.executor = executor;
        this.nanoClock = nanoClock;
    }

    /** This member leads now. */
    void promote() {
        synchronized (lock) {
            leads = true;
            leadsSinceMillis = nowMillis();
            aside.clear();
        }
        wake();
    }

    void demote() {
        synchronized (lock) {
            leads = false;
        }
    }

    /** The targets that hold: the record's before the configured ones. Empty where roles are left alone. */
    Optional<RoleTargets> targets() {
        if (configured == null) {
            return Optional.empty();
        }
        return Optional.of(records.get(RoleTargets.RECORD_NAME)
                .flatMap(record -> unreadable.tried(record, RoleTargets::decode))
                .orElse(configured));
    }

    /** Something changed that roles depend on. Any thread, also one that holds locks of the log. */
    void wake() {
        try {
            executor.execute(this::look);
        } catch (RejectedExecutionException e) {
            log.debug("{} is closing", name);
        }
    }

    /** Looks at the members and begins the next change, if one is due and none is under way. */
    void look() {
        Optional<RoleTargets> targets = targets();
        if (targets.isEmpty() || !mayBegin()) {
            return;
        }
        CompletableFuture<?> change;
        try {
            change = next(targets.get());
        } catch (RuntimeException e) { // no reason to stop serving
            log.error("{} leaves roles as they are for {} ms", name, putAside(NOBODY), e);
            change = null;
        }
        if (change == null) {
            ended();
        }
    }

    private boolean mayBegin() {
        synchronized (lock) {
            boolean mayBegin = leads && !busy && !isAside(NOBODY);
            again = leads && busy;
            busy |= mayBegin;
            return mayBegin;
        }
    }

    private void ended() {
        boolean due;
        synchronized (lock) {
            busy = false;
            due = again;
            again = false;
        }
        if (due) {
            wake();
        }
    }

    /** The change that is under way now; null if there is nothing to do. */
    private @Nullable CompletableFuture<?> next(RoleTargets targets) {
        List<RoleMember> members = view.members().stream().map(this::considered).toList();
        OptionalLong successor = RolePlanner.successor(members);
        if (successor.isPresent() && !isAside(successor.getAsLong())) {
            long id = successor.getAsLong();
            log.info("{} hands leadership to {}: it is not to lead itself", name, nameOf(id));
            return followed(id, replication.transferLeadership(id));
        }
        RoleChange change = RolePlanner.next(members, targets).orElse(null);
        if (change == null || isAside(change.memberId())) {
            return null;
        }
        Role before = members.stream()
                .filter(m -> m.id() == change.memberId())
                .map(RoleMember::role)
                .findFirst()
                .orElseThrow();
        logDecision(change, before);
        return followed(change.memberId(), make(change, before));
    }

    private void logDecision(RoleChange change, Role before) {
        String member = nameOf(change.memberId());
        if (change.role() == before) {
            log.info("{} sees that {} has arrived: {}", name, member, change.reason());
        } else {
            log.info(
                    "{} makes {} a {}, which was a {}: {}",
                    name,
                    member,
                    word(change.role()),
                    word(before),
                    change.reason());
        }
    }

    private static String word(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** A member that was put aside is no candidate; and nobody is offline for a leader that has just begun to listen. */
    private RoleMember considered(RoleMember m) {
        boolean online = m.online() || listensSinceShortly() && m.role() == Role.VOTER;
        boolean caughtUp = m.caughtUp() && (m.role() == Role.VOTER || !isAside(m.id()));
        return new RoleMember(
                m.id(),
                m.role(),
                m.wish(),
                m.leader(),
                online,
                caughtUp,
                m.joining(),
                m.draining(),
                m.failureDomain(),
                m.weight());
    }

    /**
     * The label goes first where a vote is taken, and last where one is given: so it says what becomes of the member, and that a
     * newcomer has arrived only when it has. Where somebody else changed the attributes meanwhile, nothing more is done: the next look
     * sees why.
     */
    private CompletableFuture<?> make(RoleChange change, Role before) {
        long id = change.memberId();
        if (change.role() == before) {
            return attributes.change(id, known -> known.labelled(known.label()));
        }
        if (change.role() == Role.VOTER) {
            return replication
                    .changeMember(new MemberChange.Promote(id))
                    .thenCompose(done -> attributes.change(id, known -> known.labelled(known.label())));
        }
        CompletableFuture<Boolean> labelled = attributes.change(id, known -> known.labelled(change.role()));
        return before != Role.VOTER
                ? labelled
                : labelled.thenCompose(changed -> changed
                        ? replication.changeMember(new MemberChange.Demote(id))
                        : CompletableFuture.completedFuture(null));
    }

    private CompletableFuture<?> followed(long memberId, CompletableFuture<?> change) {
        return change.whenComplete((done, failure) -> {
            if (failure == null) {
                forgive(memberId);
            } else {
                failed(memberId, Refusals.of(failure));
            }
            ended();
        });
    }

    private void failed(long memberId, DatastoreException failure) {
        if (failure.kind() == DatastoreException.Kind.OVERLOADED) {
            // Somebody else changes members. That is no fault of this one, and no reason to prefer another.
            log.info("{} leaves {} for later: {}", name, nameOf(memberId), failure.getMessage());
            pause();
            return;
        }
        long millis = putAside(memberId);
        log.warn(
                "{} could not do that to {}, tries again in {} ms: {}",
                name,
                nameOf(memberId),
                millis,
                failure.getMessage());
    }

    private String nameOf(long memberId) {
        return replication.members().stream()
                .filter(m -> m.id() == memberId)
                .map(Member::name)
                .findFirst()
                .orElse(MemberIdentity.hex(memberId)); // it is out of the group for the moment
    }

    private void pause() {
        synchronized (lock) {
            aside.put(NOBODY, new Aside(nowMillis() + PAUSE_MILLIS, ASIDE_MILLIS_MIN));
        }
    }

    private void forgive(long memberId) {
        synchronized (lock) {
            aside.remove(memberId);
        }
    }

    private long putAside(long memberId) {
        synchronized (lock) {
            Aside before = aside.get(memberId);
            long millis = before == null ? ASIDE_MILLIS_MIN : before.nextMillis;
            aside.put(memberId, new Aside(nowMillis() + millis, Math.min(ASIDE_MILLIS_MAX, 2 * millis)));
            return millis;
        }
    }

    private boolean isAside(long memberId) {
        synchronized (lock) {
            Aside one = aside.get(memberId);
            return one != null && nowMillis() < one.untilMillis;
        }
    }

    private boolean listensSinceShortly() {
        synchronized (lock) {
            return nowMillis() - leadsSinceMillis < view.offlineMillis();
        }
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong());
    }
}

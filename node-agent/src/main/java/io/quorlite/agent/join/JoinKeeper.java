package io.quorlite.agent.join;

import io.quorlite.agent.pki.RecordJson;
import io.quorlite.agent.pki.Revocations;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.TokenId;
import io.quorlite.datastore.ClusterMembers;
import io.quorlite.datastore.SystemRecords;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import io.quorlite.system.SystemTxn.Change;
import io.quorlite.system.SystemTxn.Condition;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees newcomers through, on the leader, whichever member that is by then: one that was granted membership is added to the group as
 * soon as it answers; one that has its first role is on its way no more; one whose deadline has passed is removed and gives its use
 * of the token back, so that none stays half a member. Works on a thread of its own.
 */
public final class JoinKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JoinKeeper.class);
    private static final long LOOK_MILLIS = 200;
    /** Between two tries to add one that does not answer: a try keeps other changes of the group waiting. */
    private static final long RETRY_MILLIS_MAX = 5_000;

    /** The adding of a newcomer that is under way, or the last one that failed. */
    private static final class Adding {
        private CompletableFuture<Void> change = CompletableFuture.completedFuture(null);
        private long pauseMillis = LOOK_MILLIS;
        private long nextMillis;
    }

    private final SystemRecords records;
    private final ClusterMembers members;
    private final ClusterState state;
    private final Tokens tokens;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;
    private final Map<Long, Adding> addings = new HashMap<>();

    public JoinKeeper(
            SystemRecords records, ClusterMembers members, ClusterState state, Tokens tokens, InstantSource clock) {
        this.records = records;
        this.members = members;
        this.state = state;
        this.tokens = tokens;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread named = new Thread(task, "join-keeper");
            named.setDaemon(true);
            return named;
        });
    }

    public void start() {
        var unused = thread.scheduleWithFixedDelay(this::lookAndLog, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void lookAndLog() {
        try {
            look();
        } catch (Refusal e) {
            LOG.info("newcomers were not looked after this time: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("newcomers could not be looked after", e);
        }
    }

    /** Does what is due for those on their way. */
    void look() {
        List<SystemRecord> onTheirWay = records.list(Joining.RECORDS);
        if (onTheirWay.isEmpty() || state.leaderId() != state.memberId()) {
            addings.clear();
            return;
        }
        for (SystemRecord found : onTheirWay) {
            Joining joining = RecordJson.read(found, Joining.class);
            Optional<Member> member = members.all().stream()
                    .filter(each -> each.id() == joining.id())
                    .findFirst();
            if (member.isPresent() && hasItsRole(member.get())) {
                arrived(found, joining);
            } else if (!idle(joining)) {
                continue; // what comes of it decides
            } else if (clock.millis() > joining.deadline()) {
                takeBack(found, joining, member.isPresent());
            } else if (member.isEmpty()) {
                add(joining);
            }
        }
    }

    private boolean idle(Joining joining) {
        Adding adding = addings.get(joining.id());
        return adding == null || adding.change.isDone();
    }

    private void add(Joining joining) {
        Adding adding = addings.computeIfAbsent(joining.id(), id -> new Adding());
        if (clock.millis() < adding.nextMillis) {
            return;
        }
        adding.nextMillis = clock.millis() + adding.pauseMillis;
        adding.pauseMillis = Math.min(RETRY_MILLIS_MAX, 2 * adding.pauseMillis);
        adding.change = members.addLearner(
                new Member(joining.id(), joining.name(), PeerAddress.parse(joining.peerAddress()), true));
        adding.change = adding.change.whenComplete((added, failure) -> {
            if (failure != null) {
                LOG.debug("{} is not added yet: {}", joining.name(), failure.toString());
            }
        });
    }

    private boolean hasItsRole(Member member) {
        return !member.learner()
                || records.get(MemberAttributes.recordName(member.id()))
                        .map(found -> !MemberAttributes.decode(found.value()).joining())
                        .orElse(false);
    }

    private void arrived(SystemRecord found, Joining joining) {
        addings.remove(joining.id());
        Condition unchanged = new Condition(found.name(), found.version());
        if (Commits.commit(records, new SystemTxn(List.of(unchanged), List.of(new Change(found.name(), null))))) {
            LOG.info("{} has joined", joining.name());
        }
    }

    /** The group first: while it is a member, its id must not be forgotten. */
    private void takeBack(SystemRecord found, Joining joining, boolean inGroup) {
        addings.remove(joining.id());
        if (inGroup) {
            Commits.get(members.remove(joining.id()));
        }
        List<Condition> conditions = new ArrayList<>(List.of(new Condition(found.name(), found.version())));
        List<Change> changes = new ArrayList<>(
                List.of(new Change(found.name(), null), new Change(MemberAttributes.recordName(joining.id()), null)));
        tokens.find(TokenId.parse(joining.tokenId())).ifPresent(token -> {
            conditions.add(token.unchanged());
            changes.add(token.to(token.token().without(joining.memberId())));
        });
        changes.addAll(new Revocations(records, clock).ofMember(joining.id(), "its join was taken back"));
        if (Commits.commit(records, new SystemTxn(conditions, changes))) {
            LOG.info(
                    "{} did not become a full member in time: it was removed, and token {} has its use back",
                    joining.name(),
                    joining.tokenId());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

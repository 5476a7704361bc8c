package io.quorlite.agent.admin;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorlite.agent.pki.Revocations;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Failures;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.datastore.Datastore;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.mvcc.Bytes;
import io.quorlite.replication.Member;
import io.quorlite.roles.MemberAttributes;
import io.quorlite.roles.QuorumGuard;
import io.quorlite.roles.Role;
import io.quorlite.roles.RoleMember;
import io.quorlite.system.SystemRecord;
import io.quorlite.system.SystemTxn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What operators do to members, on the leader: each is refused where it would endanger the quorum, with the safe way named. Blocks. */
final class MemberOperations {
    private static final Duration CHANGE = Duration.ofSeconds(30);
    /** After it a voter that is gone counts as offline. */
    private static final Duration SILENCE = Duration.ofSeconds(4);

    /** A removal whose answer was lost shows here by then. */
    private static final Duration LOST_ANSWER = Duration.ofSeconds(5);

    private static final long LOOK_MILLIS = 50;
    private static final String JOINING = "joining/";

    private final LocalNode node;
    private final Datastore store;
    private final AttributeChanges attributes;
    private final LeaderRoute leader;

    MemberOperations(LocalNode node, LeaderRoute leader) {
        this.node = node;
        this.store = node.store();
        this.attributes = new AttributeChanges(node.records());
        this.leader = leader;
    }

    /** @param role voter, standby or spare; auto for whatever the plan wants */
    record RoleWish(String role) {}

    record LeaderWish(@Nullable String to) {}

    record WeightWish(int weight) {}

    // ---- removal

    /** Where {@code removal} is another node's to do: that may be the one that goes, and takes its answer with it. */
    Routes.Handler withLostAnswers(Routes.Handler removal) {
        return request -> {
            Optional<Member> target = find(request.parameter("id"));
            try {
                return removal.handle(request);
            } catch (Refusal e) {
                boolean gone = e.code().equals(AdminClient.NO_ANSWER)
                        && target.isPresent()
                        && reached(() -> find(NodeRecord.hex(target.get().id())).isEmpty(), LOST_ANSWER);
                if (!gone) {
                    throw e;
                }
                return result(target.get(), "removed");
            }
        };
    }

    Object remove(AdminRequest request) throws Exception {
        Optional<JsonObject> joining = joiningOnly(request.parameter("id"));
        if (joining.isPresent()) {
            return takeBack(joining.get());
        }
        Member target = member(request.parameter("id"));
        requireSafe(QuorumGuard.Action.REMOVE, target, request.flag("force"));
        if (target.id() == ownId()) {
            return removeLeader(request, target);
        }
        giveUpJoin(target.id());
        try {
            done(node.members().remove(target.id()), "removing " + target.name());
        } catch (Refusal e) {
            if (e.code().equals(DatastoreException.Kind.MEMBERSHIP.name())) {
                explain(target, request.flag("force"));
            }
            throw e;
        }
        forget(target.id());
        return result(target, "removed");
    }

    /** The group has seen what the guard does not see yet: a voter that has just gone. It says it better. */
    private void explain(Member target, boolean forced) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + SILENCE.toNanos();
        while (!forced && System.nanoTime() < deadlineNanos) {
            Optional<Refusal> refusal = refusal(QuorumGuard.Action.REMOVE, target, false);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** A leader is not removed by itself: another one leads first, and does it. */
    private Object removeLeader(AdminRequest request, Member self) throws Exception {
        done(store.transferLeadership(0), "handing leadership over");
        await("another member to lead", () -> {
            long leaderId = store.status().replication().leaderId();
            return leaderId != 0 && leaderId != self.id();
        });
        return leader.handOn(request);
    }

    /** By name or id, one that was let in and has not come into the group yet. */
    private Optional<JsonObject> joiningOnly(String text) {
        boolean member = store.members().stream()
                .anyMatch(each ->
                        each.name().equals(text) || NodeRecord.hex(each.id()).equals(text));
        return member
                ? Optional.empty()
                : node.records().list(JOINING).stream()
                        .map(MemberOperations::json)
                        .filter(each -> each.get("name").getAsString().equals(text)
                                || each.get("memberId").getAsString().equals(text))
                        .findFirst();
    }

    /** Returns when it is forgotten and the token has its use back. */
    private Object takeBack(JsonObject joining) throws Exception {
        String id = joining.get("memberId").getAsString();
        giveUpJoin(Long.parseUnsignedLong(id, 16));
        await(
                "its join to be taken back",
                () -> node.records().get(JOINING + id).isEmpty());
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", id);
        result.put("name", joining.get("name").getAsString());
        result.put("state", "removed");
        return result;
    }

    private static JsonObject json(SystemRecord found) {
        return JsonParser.parseString(new String(found.value().unsafeArray(), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    /** One that is still joining is taken back whole, its use of the token with it: its time is over. */
    private void giveUpJoin(long memberId) throws Exception {
        String name = JOINING + NodeRecord.hex(memberId);
        Optional<SystemRecord> joining = node.records().get(name);
        if (joining.isPresent()) {
            JsonObject value = json(joining.get());
            value.addProperty("deadline", "0");
            SystemTxn txn = new SystemTxn(
                    List.of(new SystemTxn.Condition(name, joining.get().version())),
                    List.of(new SystemTxn.Change(name, Bytes.utf8(value.toString()))));
            done(node.records().commit(txn), "ending the join");
        }
    }

    private void forget(long memberId) throws Exception {
        List<SystemTxn.Change> gone = new ArrayList<>();
        gone.add(new SystemTxn.Change(NodeRecord.recordName(memberId), null));
        gone.add(new SystemTxn.Change(MemberAttributes.recordName(memberId), null));
        if (node.tls() != null) {
            gone.addAll(new Revocations(node.records(), InstantSource.system()).ofMember(memberId, "it was removed"));
        }
        done(node.records().commit(new SystemTxn(List.of(), gone)), "forgetting the member");
    }

    // ---- roles

    Object role(AdminRequest request) throws Exception {
        Member target = member(request.parameter("id"));
        String word = request.body(RoleWish.class).role().toUpperCase(Locale.ROOT);
        Role wish = word.equals("AUTO") ? null : parse(word);
        if (wish == Role.STANDBY || wish == Role.SPARE) {
            requireSafe(QuorumGuard.Action.DEMOTE, target, request.flag("force"));
        }
        attributes.change(
                target.id(),
                known -> new MemberAttributes(
                        known.failureDomain(),
                        known.weight(),
                        known.label(),
                        wish,
                        known.joining(),
                        known.draining(),
                        known.stopping()));
        if (wish == null) {
            return result(target, "auto");
        }
        boolean reached = reached(() -> roleOf(target.id()) == wish || !leads());
        return result(target, reached ? word.toLowerCase(Locale.ROOT) : "pending");
    }

    private static Role parse(String word) {
        try {
            return Role.valueOf(word);
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    ExitCode.USAGE, "a role is voter, standby, spare or auto, not " + word.toLowerCase(Locale.ROOT));
        }
    }

    Object drain(AdminRequest request) throws Exception {
        Member target = member(request.parameter("id"));
        requireSafe(QuorumGuard.Action.DEMOTE, target, request.flag("force"));
        draining(target, true);
        boolean done = reached(() -> roleOf(target.id()) != Role.VOTER && !isLeader(target.id()) || !leads());
        return result(target, done ? "drained" : "draining");
    }

    Object undrain(AdminRequest request) throws Exception {
        Member target = member(request.parameter("id"));
        draining(target, false);
        return result(target, "undrained");
    }

    private void draining(Member target, boolean draining) throws Exception {
        attributes.change(
                target.id(),
                known -> new MemberAttributes(
                        known.failureDomain(),
                        known.weight(),
                        known.label(),
                        known.wish(),
                        known.joining(),
                        draining,
                        known.stopping()));
    }

    Object weight(AdminRequest request) throws Exception {
        Member target = member(request.parameter("id"));
        int weight = request.body(WeightWish.class).weight();
        attributes.change(
                target.id(),
                known -> new MemberAttributes(
                        known.failureDomain(),
                        weight,
                        known.label(),
                        known.wish(),
                        known.joining(),
                        known.draining(),
                        known.stopping()));
        return result(target, "weight " + weight);
    }

    // ---- leadership

    Object moveLeader(AdminRequest request) throws Exception {
        String to =
                request.body().isBlank() ? null : request.body(LeaderWish.class).to();
        Member target = to == null ? null : member(to);
        if (target != null && target.learner()) {
            throw new Refusal(
                    ExitCode.REFUSED_UNSAFE,
                    "NO_VOTE",
                    "Refused: " + target.name() + " has no vote and cannot lead.",
                    "Give it one: node-agent promote " + target.name());
        }
        if (target != null && target.id() == ownId()) {
            return moved(target.name(), target.name());
        }
        if (store.members().stream().filter(member -> !member.learner()).count() < 2) {
            throw new Refusal(
                    ExitCode.REFUSED_UNSAFE, "NO_VOTER", "Refused: there is no other voter that could lead.", "");
        }
        done(store.transferLeadership(target == null ? 0 : target.id()), "handing leadership over");
        await("another member to lead", () -> {
            long leaderId = store.status().replication().leaderId();
            return leaderId != 0 && leaderId != ownId();
        });
        return moved(node.name(), name(store.status().replication().leaderId()));
    }

    private static Map<String, Object> moved(String from, String to) {
        Map<String, Object> moved = new LinkedHashMap<>();
        moved.put("from", from);
        moved.put("leader", to);
        return moved;
    }

    // ---- what all need

    /** Asked again for a while before it refuses: a leader that has just begun has not heard of every voter yet. */
    private void requireSafe(QuorumGuard.Action action, Member target, boolean forced) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + SILENCE.toNanos();
        Optional<Refusal> refusal = refusal(action, target, forced);
        while (refusal.isPresent() && System.nanoTime() < deadlineNanos) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            refusal = refusal(action, target, forced);
        }
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private Optional<Refusal> refusal(QuorumGuard.Action action, Member target, boolean forced) {
        List<RoleMember> members = store.roles();
        boolean last = store.members().stream()
                .filter(member -> !member.learner())
                .allMatch(voter -> voter.id() == target.id());
        return QuorumGuard.refusal(action, target.id(), members, this::name)
                .filter(text -> !forced || last)
                .map(text -> new Refusal(ExitCode.REFUSED_UNSAFE, "QUORUM", text, ""));
    }

    /** By name, or by id. */
    private Optional<Member> find(String text) {
        return store.members().stream()
                .filter(member -> member.name().equals(text)
                        || NodeRecord.hex(member.id()).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    private Member member(String text) {
        return find(text)
                .orElseThrow(() -> new Refusal(
                        ExitCode.USAGE,
                        "NOT_FOUND",
                        "There is no member '" + text + "'. Members: "
                                + String.join(
                                        ", ",
                                        store.members().stream()
                                                .map(Member::name)
                                                .toList()),
                        ""));
    }

    private String name(long id) {
        return store.members().stream()
                .filter(member -> member.id() == id)
                .map(Member::name)
                .findFirst()
                .orElseGet(() -> NodeRecord.hex(id));
    }

    private long ownId() {
        return store.status().replication().memberId();
    }

    private boolean leads() {
        return store.status().replication().isLeader();
    }

    private boolean isLeader(long id) {
        return store.status().replication().leaderId() == id;
    }

    private @Nullable Role roleOf(long id) {
        return store.roles().stream()
                .filter(member -> member.id() == id)
                .map(RoleMember::role)
                .findFirst()
                .orElse(null);
    }

    private static Map<String, Object> result(Member target, String state) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("id", NodeRecord.hex(target.id()));
        result.put("name", target.name());
        result.put("state", state);
        return result;
    }

    private static boolean reached(BooleanSupplier level) throws InterruptedException {
        return reached(level, CHANGE);
    }

    private static boolean reached(BooleanSupplier level, Duration within) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + within.toNanos();
        while (!level.getAsBoolean()) {
            if (System.nanoTime() > deadlineNanos) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        return true;
    }

    private static void await(String what, BooleanSupplier level) throws InterruptedException {
        if (!reached(level)) {
            throw new Refusal(
                    ExitCode.TIMEOUT,
                    "TIMEOUT",
                    "Waited " + CHANGE.toSeconds() + " s in vain for " + what + ".",
                    "See: node-agent status");
        }
    }

    private static <T> T done(CompletableFuture<T> future, String what) throws InterruptedException {
        try {
            return future.get(CHANGE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Refusal(
                    ExitCode.TIMEOUT,
                    "TIMEOUT",
                    what + " was not done after " + CHANGE.toSeconds() + " s, and may be done yet.",
                    "See: node-agent status");
        } catch (ExecutionException e) {
            throw refusal(Failures.unwrap(e), what);
        }
    }

    private static Refusal refusal(Throwable failure, String what) {
        if (!(failure instanceof DatastoreException e)) {
            return Failures.refusal(failure);
        }
        ExitCode exitCode = switch (e.kind()) {
            case MEMBERSHIP -> ExitCode.REFUSED_UNSAFE;
            case NO_LEADER, LEADER_CHANGED -> ExitCode.NO_LEADER;
            case TIMEOUT, OUTCOME_UNKNOWN -> ExitCode.TIMEOUT;
            case NO_SPACE -> ExitCode.NO_SPACE;
            default -> ExitCode.INTERNAL_ERROR;
        };
        String text = (exitCode == ExitCode.REFUSED_UNSAFE ? "Refused: " : "") + what + ": " + e.getMessage();
        return new Refusal(exitCode, e.kind().name(), text, "");
    }
}

package io.quorlite.datastore;

import io.quorlite.command.Command;
import io.quorlite.command.CommandCodec;
import io.quorlite.command.Proposal;
import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Member;
import io.quorlite.replication.Replica;
import io.quorlite.sqlite.CopiedDatabase;
import io.quorlite.sqlite.StorePosition;
import io.quorlite.statemachine.KvStateMachine;
import io.quorlite.statemachine.Outcome;
import io.quorlite.watch.WatchHub;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's state as the log drives it: applies entries and tells everybody who waits for them, in an order that matters.
 * For each batch:
 *
 * <ol>
 *   <li>its commands are applied in one database transaction, with the applied index in it, and committed;
 *   <li>each main revision's events are queued for watchers, and only then
 *   <li>readers see it: whoever reads a revision has its events already under way;
 *   <li>whoever waits for the applied index, and the callers whose commands these were, are told last: they find what they
 *       wrote.
 * </ol>
 *
 * <p>An entry is decoded once. Entries that the database contains already are skipped: after a restart, or an installed copy,
 * they come again.
 */
final class StoreReplica implements Replica {
    private static final Logger log = LoggerFactory.getLogger(StoreReplica.class);

    private final String name;
    private final StoreState state;
    private final AppliedIndex applied;
    private final WatchHub hub;
    private final Proposer proposer;
    private final LeaseKeeper leases;
    private final SystemCalls records;
    private final RoleKeeper roles;
    private final CompactionSweep sweep;
    private final Executor timer;
    private final Consumer<Throwable> fatal;

    /**
     * @param name of this member, for its log lines
     * @param timer runs what must not run in the log's own threads
     */
    StoreReplica(
            String name,
            StoreState state,
            AppliedIndex applied,
            WatchHub hub,
            Proposer proposer,
            LeaseKeeper leases,
            SystemCalls records,
            RoleKeeper roles,
            CompactionSweep sweep,
            Executor timer,
            Consumer<Throwable> fatal) {
        this.name = name;
        this.state = state;
        this.applied = applied;
        this.hub = hub;
        this.proposer = proposer;
        this.leases = leases;
        this.records = records;
        this.roles = roles;
        this.sweep = sweep;
        this.timer = timer;
        this.fatal = fatal;
    }

    /** An entry with what its commands did. */
    private record AppliedEntry(long term, List<Proposal> proposals, List<Outcome> outcomes) {
        boolean changesRecords() {
            for (Outcome outcome : outcomes) {
                if (outcome instanceof Outcome.SystemWritten written && written.applied()) {
                    return true;
                }
            }
            return false;
        }
    }

    @Override
    public long appliedIndex() {
        return applied.get();
    }

    @Override
    public long appliedTerm() {
        return state.position().appliedTerm();
    }

    @Override
    public void apply(List<CommittedEntry> entries) {
        long known = applied.get();
        List<CommittedEntry> fresh =
                entries.stream().filter(entry -> entry.index() > known).toList();
        if (fresh.isEmpty()) {
            return;
        }
        CommittedEntry last = fresh.get(fresh.size() - 1);
        List<AppliedEntry> batch = new ArrayList<>(fresh.size());
        state.write((store, machine) -> {
            EventBatch events = new EventBatch(store::previous);
            store.begin();
            fresh.forEach(entry -> batch.add(apply(entry, machine, events)));
            store.commit(last.index(), last.term(), machine.stateHash(), () -> events.publish(hub));
        });
        batch.forEach(entry -> entry.outcomes.forEach(this::follow));
        applied.advance(last.index());
        if (batch.stream().anyMatch(AppliedEntry::changesRecords)) {
            records.changed();
        }
        batch.forEach(entry -> proposer.applied(entry.term, entry.proposals, entry.outcomes));
    }

    private static AppliedEntry apply(CommittedEntry entry, KvStateMachine machine, EventBatch events) {
        if (entry.data().length == 0) {
            return new AppliedEntry(entry.term(), List.of(), List.of());
        }
        List<Proposal> proposals = CommandCodec.decode(entry.data());
        List<Outcome> outcomes = new ArrayList<>(proposals.size());
        for (Proposal proposal : proposals) {
            if (proposal.command() instanceof Command.Compact) {
                events.beforeCompaction();
            }
            Outcome outcome = machine.apply(proposal.command(), entry.term());
            events.add(outcome.events());
            outcomes.add(outcome);
        }
        return new AppliedEntry(entry.term(), proposals, outcomes);
    }

    /** What a committed outcome means for the parts that keep more than the database. */
    private void follow(Outcome outcome) {
        if (outcome instanceof Outcome.LeaseGranted granted) {
            leases.granted(granted.lease());
        } else if (outcome instanceof Outcome.LeaseRevoked revoked) {
            leases.revoked(revoked.id());
        } else if (outcome instanceof Outcome.Compacted) {
            sweep.compacted();
        }
    }

    @Override
    public void leadershipGained(long term) {
        log.info("{} became leader term={} appliedIndex={}", name, term, applied.get());
        leases.promote(term);
        roles.promote();
        proposer.leaderKnown();
    }

    @Override
    public void leadershipLost() {
        log.info("{} leads no more", name);
        leases.demote();
        roles.demote();
    }

    @Override
    public void leaderChanged(long leaderId, long term) {
        log.info("{} knows leader={} term={}", name, leaderId == 0 ? "none" : MemberIdentity.hex(leaderId), term);
        if (leaderId != 0) {
            afterwards(proposer::leaderKnown); // not here: it proposes, and the log may hold a lock of its own
        }
    }

    private void afterwards(Runnable task) {
        try {
            timer.execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("{} is closing", name);
        }
    }

    @Override
    public void membersChanged(List<Member> members) {
        log.info("{} has members {}", name, members.stream().map(Member::name).toList());
        roles.wake();
    }

    @Override
    public long persist() throws IOException {
        return state.persist();
    }

    @Override
    public DatabaseCopy copyTo(Path target) throws IOException {
        CopiedDatabase copy = state.copyTo(target);
        return new DatabaseCopy(copy.position().appliedIndex(), copy.position().appliedTerm(), copy.bytes());
    }

    @Override
    public void install(Path copy) throws IOException {
        // Before the index moves: what was sent may be contained in the copy, where its outcome does not show.
        proposer.streamInterrupted();
        state.install(copy);
        StorePosition position = state.position();
        log.info("{} installed a copy appliedIndex={} revision={}", name, position.appliedIndex(), position.revision());
        hub.reset(position.revision());
        applied.advance(position.appliedIndex());
        records.changed();
        sweep.wake();
    }

    @Override
    public CompletableFuture<byte[]> answer(byte[] question) {
        try {
            return leases.answer(LeaderQuestion.decode(question));
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void fatal(Throwable cause) {
        fatal.accept(cause);
    }
}

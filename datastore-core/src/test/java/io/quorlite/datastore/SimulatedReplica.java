package io.quorlite.datastore;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import io.quorlite.replication.Member;
import io.quorlite.replication.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Stands between the log and a simulated member: notes what the member is told and where it gets to, and at times has it given
 * a copy of another's database in the place of entries, as happens to one that lags behind the log.
 */
final class SimulatedReplica implements Replica {
    private final SimulatedMember member;
    private final SimulatedCluster cluster;
    private final Replica real;

    SimulatedReplica(SimulatedMember member, SimulatedCluster cluster, Replica real) {
        this.member = member;
        this.cluster = cluster;
        this.real = real;
    }

    @Override
    public long appliedIndex() {
        return real.appliedIndex();
    }

    @Override
    public long appliedTerm() {
        return real.appliedTerm();
    }

    @Override
    public void apply(List<CommittedEntry> entries) {
        entries.forEach(cluster.committed()::seen);
        if (member.takeWantsCopy()) {
            installCopyOfAnother();
        }
        real.apply(entries);
        reached();
    }

    private void reached() {
        cluster.committed()
                .reached(
                        member.name(),
                        appliedIndex(),
                        member.store().node().state().position());
        cluster.simulation().trace(() -> member.name() + " applied " + appliedIndex());
    }

    private void installCopyOfAnother() {
        SimulatedMember source = cluster.furthest();
        if (source == null || source == member || source.replica().appliedIndex() <= appliedIndex()) {
            return;
        }
        Path copy = member.nextCopy();
        try {
            DatabaseCopy made = source.replica().copyTo(copy);
            cluster.simulation()
                    .trace(() -> member.name() + " is given a copy of " + source.name() + " at " + made.appliedIndex());
            install(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reached();
    }

    @Override
    public void leadershipGained(long term) {
        cluster.simulation().trace(() -> member.name() + " leads in term " + term);
        real.leadershipGained(term);
    }

    @Override
    public void leadershipLost() {
        real.leadershipLost();
    }

    @Override
    public void leaderChanged(long leaderId, long term) {
        member.replication().knows(leaderId, term);
        real.leaderChanged(leaderId, term);
    }

    @Override
    public void membersChanged(List<Member> members) {
        real.membersChanged(members);
    }

    @Override
    public long persist() throws IOException {
        return member.persisted(real.persist());
    }

    @Override
    public DatabaseCopy copyTo(Path target) throws IOException {
        return real.copyTo(target);
    }

    @Override
    public void install(Path copy) throws IOException {
        real.install(copy);
        member.persisted(appliedIndex()); // on return it is in place durably
    }

    @Override
    public CompletableFuture<byte[]> answer(byte[] question) {
        return real.answer(question);
    }

    @Override
    public void fatal(Throwable cause) {
        real.fatal(cause);
    }
}

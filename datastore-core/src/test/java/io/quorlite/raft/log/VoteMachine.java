package io.quorlite.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.sofajraft.entity.PeerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A vote file on a disk that may fail, beside what the member has told others: that must never be taken back. */
final class VoteMachine {
    private static final Path DIRECTORY = Path.of("vote");
    private static final List<PeerId> CANDIDATES =
            List.of(PeerId.parsePeer("10.0.0.1:1"), PeerId.parsePeer("10.0.0.2:1"), PeerId.parsePeer("10.0.0.3:1"));

    private final SimulatedDisk disk = new SimulatedDisk();
    private final Disk seen;
    private final List<Throwable> failures = new ArrayList<>();
    /** Whom the member said it votes for, by term. */
    private final Map<Long, PeerId> told = new HashMap<>();

    private long toldTerm;
    private VoteStore votes;

    VoteMachine(UnaryOperator<Disk> harm) {
        seen = harm.apply(disk);
        votes = open();
    }

    private VoteStore open() {
        try {
            return VoteStore.open(seen, DIRECTORY, failures::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Is asked for its vote as the engine is: it gives none in a term in which it gave another. */
    void vote(Random random, boolean losePower) {
        disk.losePowerIn(losePower ? 1 + random.nextInt(6) : Long.MAX_VALUE);
        long term = votes.getTerm() + random.nextInt(2);
        PeerId candidate = CANDIDATES.get(random.nextInt(CANDIDATES.size()));
        boolean free = term > votes.getTerm() || votes.getVotedFor().isEmpty();
        if (term > 0 && free && votes.setTermAndVotedFor(term, candidate)) {
            PeerId before = told.putIfAbsent(term, candidate);
            assertThat(before == null || before.equals(candidate))
                    .as("votes twice in term %d: for %s and %s", term, before, candidate)
                    .isTrue();
            toldTerm = Math.max(toldTerm, term);
        }
        if (losePower) {
            losePower(random);
        }
    }

    void failSync(Random random) {
        disk.failNextForce();
        assertThat(votes.setTermAndVotedFor(votes.getTerm() + 1, CANDIDATES.get(random.nextInt(3))))
                .isFalse();
        failures.clear();
        disk.restartProcess();
        votes = open();
        assertRemembers();
    }

    void losePower(Random random) {
        disk.restartAfterPowerLoss(random);
        failures.clear();
        votes = open();
        assertRemembers();
    }

    private void assertRemembers() {
        assertThat(votes.getTerm()).as("term, once told").isGreaterThanOrEqualTo(toldTerm);
        PeerId before = told.get(votes.getTerm());
        if (before != null) {
            assertThat(votes.getVotedFor())
                    .as("vote in term %d", votes.getTerm())
                    .isEqualTo(before);
        }
    }
}

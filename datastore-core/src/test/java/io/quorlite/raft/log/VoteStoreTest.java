package io.quorlite.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.sofajraft.entity.PeerId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoteStoreTest {
    private static final Path DIRECTORY = Path.of("raft");
    private static final Path FILE = DIRECTORY.resolve("vote");
    private static final PeerId A = PeerId.parsePeer("10.0.0.1:7001:0:100");
    private static final PeerId B = PeerId.parsePeer("10.0.0.2:7002");
    private static final int SLOT_BYTES = 512;
    private static final int SECOND_SLOT = 4096;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final List<Throwable> failures = new ArrayList<>();

    private VoteStore open() throws IOException {
        return open(disk);
    }

    private VoteStore open(SimulatedDisk on) throws IOException {
        return VoteStore.open(on, DIRECTORY, failures::add);
    }

    private void assertVote(VoteStore store, long term, PeerId peer) {
        assertThat(store.getTerm()).isEqualTo(term);
        assertThat(store.getVotedFor()).isEqualTo(peer);
    }

    @Test
    void startsWithNoTermAndNoVote() throws IOException {
        assertVote(open(), 0, PeerId.emptyPeer());
    }

    @Test
    void remembersTermAndVote() throws IOException {
        VoteStore store = open();
        assertThat(store.setTermAndVotedFor(1, PeerId.emptyPeer())).isTrue();
        assertThat(store.setVotedFor(B)).isTrue();
        disk.restartAfterPowerLoss(new Random(1));
        VoteStore second = open();
        assertVote(second, 1, B);
        assertThat(second.setTermAndVotedFor(2, A)).isTrue();
        disk.restartAfterPowerLoss(new Random(2));

        VoteStore third = open();

        assertVote(third, 2, A);
        assertThat(third.getVotedFor().getPriority()).isEqualTo(100);
    }

    @Test
    void writesAndForcesOnceForTermAndVote() throws IOException {
        VoteStore store = open();
        int writes = disk.writes();
        int forces = disk.forces();

        store.setTermAndVotedFor(3, A);

        assertThat(disk.writes() - writes).isEqualTo(1);
        assertThat(disk.forces() - forces).isEqualTo(1);
    }

    @Test
    void forgetsTheVoteWithItsTerm() throws IOException {
        VoteStore store = open();
        store.setTermAndVotedFor(3, A);

        assertThat(store.setTerm(3)).isTrue();
        assertVote(store, 3, A);
        assertThat(store.setTerm(4)).isTrue();

        assertVote(store, 4, PeerId.emptyPeer());
    }

    @Test
    void refusesASecondVoteInOneTerm() throws IOException {
        VoteStore store = open();
        store.setTermAndVotedFor(3, A);
        assertThat(store.setVotedFor(A)).isTrue();

        assertThat(store.setVotedFor(B)).isFalse();

        assertThat(failures).hasSize(1).first().isInstanceOf(IllegalStateException.class);
        disk.restartProcess();
        assertVote(open(), 3, A);
    }

    @Test
    void refusesToTakeAVoteBackOrToGoBackInTerms() throws IOException {
        VoteStore store = open();
        store.setTermAndVotedFor(3, A);
        assertThat(store.setTermAndVotedFor(3, PeerId.emptyPeer())).isFalse();
        assertThat(open().setTermAndVotedFor(2, B)).isFalse();

        assertThat(failures).hasSize(2);
    }

    @Test
    void refusesEverythingAfterAFailedForce() throws IOException {
        VoteStore store = open();
        store.setTermAndVotedFor(3, A);
        disk.failNextForce();

        assertThat(store.setTermAndVotedFor(4, B)).isFalse();

        assertThat(failures).hasSize(1);
        assertThat(store.setTermAndVotedFor(5, B)).isFalse();
        assertThat(store.setTerm(6)).isFalse();
        assertThat(failures).hasSize(1);
        assertVote(store, 3, A);
    }

    @Test
    void writesAgainWhatAFailedForceLeftInTheCacheOnly() throws IOException {
        VoteStore store = open();
        store.setTermAndVotedFor(3, A);
        disk.failNextForce();
        store.setTermAndVotedFor(4, B);
        disk.restartProcess();
        assertVote(open(), 4, B);

        disk.restartAfterPowerLoss(new Random(1));

        assertVote(open(), 4, B);
    }

    @Test
    void refusesAnyFlippedBitInTheNewestSlot() throws IOException {
        votes(4);
        byte[] content = disk.content(FILE); // sequence 6, the first slot
        for (int bit = 0; bit < 504 * 8; bit++) {
            SimulatedDisk changed = flipped(content, bit);
            assertThatThrownBy(() -> open(changed)).as("bit %d", bit).isInstanceOf(CorruptLogException.class);
        }
        for (int bit = 504 * 8; bit < SLOT_BYTES * 8; bit++) {
            assertVote(open(flipped(content, bit)), 4, A);
        }
    }

    @Test
    void neverGoesBackForAFlippedBitInTheOlderSlot() throws IOException {
        votes(4);
        byte[] content = disk.content(FILE);
        for (int bit = SECOND_SLOT * 8; bit < (SECOND_SLOT + 504) * 8; bit++) {
            assertVote(open(flipped(content, bit)), 4, A);
        }
    }

    @Test
    void refusesASlotOfZerosHoweverFewVotesThereWere() throws IOException {
        open();
        for (int last = 0; last <= 4; last++) {
            if (last > 0) {
                disk.restartProcess();
                assertThat(open().setTermAndVotedFor(last, A)).isTrue();
            }
            for (int slot : new int[] {0, SECOND_SLOT}) {
                byte[] content = disk.content(FILE);
                Arrays.fill(content, slot, slot + SLOT_BYTES, (byte) 0);
                SimulatedDisk changed = disk.copy();
                changed.replace(FILE, content);
                assertThatThrownBy(() -> open(changed))
                        .as("slot at %d after %d votes", slot, last)
                        .isInstanceOf(CorruptLogException.class);
            }
        }
    }

    @Test
    void fallsBackForAWriteTornAtAnyByteAndGoesOn() throws IOException {
        votes(4);
        byte[] before = disk.content(FILE);
        disk.restartProcess();
        open().setTermAndVotedFor(5, B);
        byte[] after = disk.content(FILE);
        for (int at = 0; at <= SLOT_BYTES; at++) {
            byte[] torn = before.clone();
            System.arraycopy(after, SECOND_SLOT, torn, SECOND_SLOT, at);
            SimulatedDisk changed = disk.copy();
            changed.replace(FILE, torn);

            VoteStore store = open(changed);
            boolean whole = Arrays.equals(torn, SECOND_SLOT, SECOND_SLOT + 504, after, SECOND_SLOT, SECOND_SLOT + 504);
            assertVote(store, whole ? 5 : 4, whole ? B : A);
            assertThat(store.setTermAndVotedFor(9, B)).isTrue();
            changed.restartProcess();
            assertVote(open(changed), 9, B);
        }
    }

    @Test
    void refusesAFileThatIsShortOrHasNoValidSlot() throws IOException {
        votes(3);
        for (byte[] content : List.of(new byte[0], new byte[8192], Arrays.copyOf(disk.content(FILE), 5000))) {
            SimulatedDisk changed = disk.copy();
            changed.replace(FILE, content);
            assertThatThrownBy(() -> open(changed)).isInstanceOf(CorruptLogException.class);
        }
    }

    @Test
    void worksOnARealDisk(@TempDir Path directory) throws IOException {
        VoteStore store = VoteStore.open(directory.resolve("a/b"), failures::add);
        assertThat(store.setTermAndVotedFor(7, A)).isTrue();
        store.shutdown();
        store.shutdown();
        assertThat(store.setTermAndVotedFor(8, A)).isFalse();

        VoteStore again = VoteStore.open(directory.resolve("a/b"), failures::add);
        assertVote(again, 7, A);
        again.shutdown();
    }

    @Property(tries = 1000)
    void remembersEveryAcknowledgedVoteThroughLossesOfPower(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        SimulatedDisk shaky = new SimulatedDisk();
        List<Throwable> errors = new ArrayList<>();
        long acknowledged = 0;
        long attempted = 0;
        for (int round = 0; round < 12; round++) {
            shaky.losePowerIn(1 + random.nextInt(12));
            try {
                VoteStore store = VoteStore.open(shaky, DIRECTORY, errors::add);
                assertThat(store.getTerm()).isBetween(acknowledged, attempted);
                acknowledged = store.getTerm();
                attempted = acknowledged + 1;
                while (store.setTermAndVotedFor(attempted, attempted % 2 == 0 ? A : B)) {
                    acknowledged = attempted;
                    attempted++;
                }
            } catch (IOException e) {
                assertThat(e).as("power lost during open").hasMessageContaining("power");
            }
            shaky.restartAfterPowerLoss(random);
        }
        VoteStore last = VoteStore.open(shaky, DIRECTORY, errors::add);
        assertThat(last.getTerm()).isBetween(acknowledged, attempted);
        PeerId expected = last.getTerm() % 2 == 0 ? A : B;
        assertThat(last.getVotedFor()).isEqualTo(last.getTerm() == 0 ? PeerId.emptyPeer() : expected);
    }

    /** Terms 1 to {@code last}, each with a vote for A. */
    private void votes(int last) throws IOException {
        VoteStore store = open();
        for (int term = 1; term <= last; term++) {
            assertThat(store.setTermAndVotedFor(term, A)).isTrue();
        }
    }

    private SimulatedDisk flipped(byte[] content, int bit) throws IOException {
        byte[] changed = content.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        SimulatedDisk copy = disk.copy();
        copy.replace(FILE, changed);
        return copy;
    }
}

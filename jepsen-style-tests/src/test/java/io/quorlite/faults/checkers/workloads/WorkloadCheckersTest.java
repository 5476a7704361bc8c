package io.quorlite.faults.checkers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.Response.Balances;
import io.quorlite.faults.history.Response.Done;
import io.quorlite.faults.history.Response.HashResult;
import io.quorlite.faults.history.Response.LockHeld;
import io.quorlite.faults.history.Response.SetElements;
import io.quorlite.faults.history.StoreRequest.HashKv;
import io.quorlite.faults.history.WorkloadRequest.BankRead;
import io.quorlite.faults.history.WorkloadRequest.LockAcquire;
import io.quorlite.faults.history.WorkloadRequest.LockExtend;
import io.quorlite.faults.history.WorkloadRequest.LockRelease;
import io.quorlite.faults.history.WorkloadRequest.SetAdd;
import io.quorlite.faults.history.WorkloadRequest.SetRead;
import io.quorlite.faults.simulation.Script;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WorkloadCheckersTest {
    private static final long MILLIS = 1_000_000;

    private final Script script = new Script();
    private final Checker bank = new BankChecker(Set.of("a", "b"), 10);
    private final Checker set = new SetChecker();
    private final Checker lock = new MutualExclusionChecker();
    private final Checker hashes = new HashAgreementChecker(2);

    @Test
    void bankAcceptsTheSameTotal() {
        script.call(new BankRead(), balances(Map.of("a", 12L, "b", -2L)));

        assertThat(bank.check(script.history()).isValid()).isTrue();
    }

    @Test
    void bankRejectsMoneyMadeOrAccountsGone() {
        script.call(new BankRead(), balances(Map.of("a", 5L, "b", 6L)));
        script.call(new BankRead(), balances(Map.of("a", 10L)));

        assertThat(bank.check(script.history()).findings()).hasSize(2);
    }

    @Test
    void setAcceptsUnknownAddsBothWays() {
        script.call(new SetAdd("s", "1"), new Done());
        script.unknown(script.begin(new SetAdd("s", "2")));
        script.unknown(script.begin(new SetAdd("s", "3")));
        script.call(new SetRead("s"), new SetElements(List.of("1", "2")));

        assertThat(set.check(script.history()).isValid()).isTrue();
    }

    @Test
    void setRejectsALostElement() {
        script.call(new SetAdd("s", "1"), new Done());
        script.call(new SetRead("s"), new SetElements(List.of()));

        assertFinding(set, "lost: 1");
    }

    @Test
    void setRejectsAStaleRead() {
        script.call(new SetAdd("s", "1"), new Done());
        script.call(new SetRead("s"), new SetElements(List.of()));
        script.call(new SetRead("s"), new SetElements(List.of("1")));

        assertFinding(set, "stale: 1");
    }

    @Test
    void setRejectsAReadThatGoesBack() {
        script.unknown(script.begin(new SetAdd("s", "1")));
        script.call(new SetRead("s"), new SetElements(List.of("1")));
        script.call(new SetRead("s"), new SetElements(List.of()));

        assertFinding(set, "lost: 1");
    }

    @Test
    void setRejectsElementsTwiceFromNowhereFailedOrFromTheFuture() {
        script.fail(script.begin(new SetAdd("s", "1")));
        script.call(new SetRead("s"), new SetElements(List.of("1", "9", "2", "2")));
        script.call(new SetAdd("s", "2"), new Done());

        assertFinding(set, "failed for certain");
        assertFinding(set, "nobody added");
        assertFinding(set, "before it was added");
        assertFinding(set, "twice");
    }

    @Test
    void setCannotDecideWithoutAReadAfter() {
        script.call(new SetAdd("s", "1"), new Done());

        assertThat(set.check(script.history()).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    @Test
    void lockAcceptsOneHolderAfterTheOther() {
        script.call(new LockAcquire("l", "a"), new LockHeld(1, 50 * MILLIS));
        script.call(new LockExtend("l", "a"), new LockHeld(1, 50 * MILLIS));
        script.unknown(script.begin(new LockRelease("l", "a")));
        script.call(new LockAcquire("l", "b"), new LockHeld(2, 50 * MILLIS));

        assertThat(lock.check(script.history()).isValid()).isTrue();
    }

    @Test
    void lockAcceptsANewHolderOnceTheOldOnesTimeIsOver() {
        script.call(new LockAcquire("l", "a"), new LockHeld(1, 10 * MILLIS)).waitMillis(10);
        script.call(new LockAcquire("l", "b"), new LockHeld(2, 10 * MILLIS));

        assertThat(lock.check(script.history()).isValid()).isTrue();
    }

    @Test
    void lockRejectsTwoHolders() {
        script.call(new LockAcquire("l", "a"), new LockHeld(1, 50 * MILLIS));
        script.call(new LockAcquire("l", "b"), new LockHeld(2, 50 * MILLIS));

        assertFinding(lock, "is held by a");
    }

    @Test
    void lockRejectsAHolderWhileTheOldOneHasExtended() {
        script.call(new LockAcquire("l", "a"), new LockHeld(1, 10 * MILLIS));
        script.call(new LockExtend("l", "a"), new LockHeld(1, 30 * MILLIS)).waitMillis(10);
        script.call(new LockAcquire("l", "b"), new LockHeld(2, 10 * MILLIS));

        assertFinding(lock, "is held by a");
    }

    @Test
    void lockRejectsAFenceThatDoesNotGrow() {
        script.call(new LockAcquire("l", "a"), new LockHeld(2, 5 * MILLIS));
        script.call(new LockRelease("l", "a"), new Done());
        script.call(new LockAcquire("l", "b"), new LockHeld(2, 5 * MILLIS));

        assertFinding(lock, "fence");
    }

    @Test
    void hashesAcceptAgreement() {
        script.callAt("n1", new HashKv(5), new HashResult(5, 5, 2, 77));
        script.callAt("n2", new HashKv(5), new HashResult(6, 5, 2, 77));
        script.callAt("n2", new HashKv(5), new HashResult(6, 5, 3, 78)); // compacted further: another hash

        assertThat(hashes.check(script.history()).isValid()).isTrue();
    }

    @Test
    void hashesRejectADifference() {
        script.callAt("n1", new HashKv(5), new HashResult(5, 5, 2, 77));
        script.callAt("n2", new HashKv(5), new HashResult(5, 5, 2, 78));

        assertFinding(hashes, "members differ");
    }

    @Test
    void hashesCannotDecideWhereAMemberWasNotAsked() {
        script.callAt("n1", new HashKv(5), new HashResult(5, 5, 2, 77));
        script.callAt("n2", new HashKv(6), new HashResult(6, 6, 2, 78));

        assertThat(hashes.check(script.history()).kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    private void assertFinding(Checker checker, String finding) {
        Verdict verdict = checker.check(script.history());
        assertThat(verdict.findings()).as(verdict.explanation()).anyMatch(it -> it.contains(finding));
    }

    private static Balances balances(Map<String, Long> balances) {
        return new Balances(new TreeMap<>(balances));
    }
}

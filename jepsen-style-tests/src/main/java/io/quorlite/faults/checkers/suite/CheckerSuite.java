package io.quorlite.faults.checkers.suite;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.checkers.linearizability.LinearizabilityChecker;
import io.quorlite.faults.checkers.linearizability.RegisterChecker;
import io.quorlite.faults.checkers.listappend.ListAppendChecker;
import io.quorlite.faults.checkers.revisions.LeaseBoundsChecker;
import io.quorlite.faults.checkers.revisions.RevisionReplayChecker;
import io.quorlite.faults.checkers.revisions.WatchRulesChecker;
import io.quorlite.faults.checkers.workloads.BankChecker;
import io.quorlite.faults.checkers.workloads.ElectionsChecker;
import io.quorlite.faults.checkers.workloads.HashAgreementChecker;
import io.quorlite.faults.checkers.workloads.LogScan;
import io.quorlite.faults.checkers.workloads.MutualExclusionChecker;
import io.quorlite.faults.checkers.workloads.SetChecker;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.KeyRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The checkers that fit a workload: those of revisions, watches, leases and hashes for every one, and its own. Thread-safe.
 * A checker that fails itself has decided nothing: its verdict is UNKNOWN.
 */
public final class CheckerSuite {
    /** The keys that the register workload uses. */
    public static final KeyRange REGISTERS = KeyRange.prefix("register/");

    /**
     * What the checkers must know of the run.
     *
     * @param nodes how many members there are at its end
     * @param accounts the accounts of the bank, and {@code bankTotal} what is on them together
     * @param leaseBoundNanos how late a lease may end, over its TTL
     * @param searchNanosMax how long the search for a linearization may take
     */
    public record Settings(int nodes, Set<String> accounts, long bankTotal, long leaseBoundNanos, long searchNanosMax) {
        public Settings {
            accounts = Set.copyOf(accounts);
        }
    }

    private final List<Checker> checkers;

    private CheckerSuite(List<Checker> checkers) {
        this.checkers = List.copyOf(checkers);
    }

    public static CheckerSuite of(Workload workload, Settings settings) {
        List<Checker> checkers = new ArrayList<>(List.of(
                new RevisionReplayChecker(),
                new WatchRulesChecker(),
                new LeaseBoundsChecker(settings.leaseBoundNanos(), workload == Workload.LEASE),
                new HashAgreementChecker(settings.nodes()),
                new ElectionsChecker()));
        switch (workload) {
            case REGISTER, MEMBERSHIP ->
                checkers.add(new RegisterChecker(
                        new LinearizabilityChecker("linearizability", System::nanoTime, settings.searchNanosMax()),
                        REGISTERS));
            case SET -> checkers.add(new SetChecker());
            case APPEND -> checkers.add(new ListAppendChecker());
            case BANK -> checkers.add(new BankChecker(settings.accounts(), settings.bankTotal()));
            case LOCK -> checkers.add(new MutualExclusionChecker());
            case KUBERNETES, WATCH, LEASE -> {} // the replay decides on these
        }
        return new CheckerSuite(checkers);
    }

    public List<Verdict> check(History history) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Checker checker : checkers) {
            try {
                verdicts.add(checker.check(history));
            } catch (RuntimeException e) {
                verdicts.add(Verdict.unknown(checker.name(), "the checker failed: " + e));
            }
        }
        return verdicts;
    }

    /**
     * The same, and what the nodes' logs tell.
     *
     * @param logs the folder they are in
     * @param expected what log lines may say because of the run's faults
     */
    public List<Verdict> check(History history, Path logs, List<Pattern> expected) {
        List<Verdict> verdicts = new ArrayList<>(check(history));
        try {
            verdicts.add(new LogScan(expected).check(logs));
        } catch (IOException e) {
            verdicts.add(Verdict.unknown(LogScan.NAME, "the logs cannot be read: " + e));
        }
        return verdicts;
    }

    /** Whether all of them pass. */
    public static boolean passed(List<Verdict> verdicts) {
        return !verdicts.isEmpty() && verdicts.stream().allMatch(Verdict::isValid);
    }
}

package io.quorlite.faults.checkers.workloads;

import io.quorlite.faults.checkers.Checker;
import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Money is moved, never made: every read of the bank finds all accounts, and the total it began with. */
public final class BankChecker implements Checker {
    private final SortedSet<String> accounts;
    private final long total;

    public BankChecker(Set<String> accounts, long total) {
        this.accounts = new TreeSet<>(accounts);
        this.total = total;
    }

    @Override
    public String name() {
        return "bank";
    }

    @Override
    public Verdict check(History history) {
        Findings findings = new Findings(name());
        List<Operation> reads = history.operations().stream()
                .filter(operation -> operation.isOk() && operation.request() instanceof WorkloadRequest.BankRead)
                .toList();
        for (Operation read : reads) {
            Response.Balances answer = (Response.Balances) read.answer();
            long sum = answer.balances().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            if (!answer.balances().keySet().equals(accounts)) {
                findings.add("not all accounts: " + read);
            } else if (sum != total) {
                findings.add("total is " + sum + " instead of " + total + ": " + read);
            }
        }
        if (reads.isEmpty()) {
            findings.undecided("the bank was never read");
        }
        return findings.verdict(reads.size() + " reads of " + accounts.size() + " accounts");
    }
}

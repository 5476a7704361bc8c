package io.quorlite.faults.checkers;

import java.util.ArrayList;
import java.util.List;

/** Gathers what a checker finds wrong and what it cannot decide, the first few of each in words. Not thread-safe. */
public final class Findings {
    /** One broken promise often shows in thousands of calls; a person reads the first. */
    private static final int KEPT_MAX = 20;

    private final String checker;
    private final List<String> wrong = new ArrayList<>();
    private final List<String> undecided = new ArrayList<>();
    private long wrongCount;

    public Findings(String checker) {
        this.checker = checker;
    }

    /** A promise was broken. */
    public void add(String finding) {
        wrongCount++;
        if (wrong.size() < KEPT_MAX) {
            wrong.add(finding);
        }
    }

    /** Something cannot be decided; it matters only where nothing is wrong. */
    public void undecided(String reason) {
        if (undecided.size() < KEPT_MAX) {
            undecided.add(reason);
        }
    }

    public boolean isEmpty() {
        return wrong.isEmpty();
    }

    /** The verdict; {@code summary} says what was looked at. */
    public Verdict verdict(String summary) {
        if (!wrong.isEmpty()) {
            List<String> findings = new ArrayList<>(wrong);
            if (wrongCount > wrong.size()) {
                findings.add("… and " + (wrongCount - wrong.size()) + " more");
            }
            return Verdict.invalid(checker, summary, findings);
        }
        return undecided.isEmpty()
                ? Verdict.valid(checker, summary)
                : Verdict.unknown(checker, undecided.get(0) + (undecided.size() > 1 ? " (and more)" : ""));
    }
}

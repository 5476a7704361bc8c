package io.quorlite.faults.checkers;

import java.util.List;

/**
 * What a checker decided. Immutable.
 *
 * @param summary one line: what was looked at, or why nothing could be decided
 * @param findings what is wrong, each in words a person can follow; empty where nothing is
 */
public record Verdict(String checker, Kind kind, String summary, List<String> findings) {
    /** The three outcomes; only VALID is a pass. */
    public enum Kind {
        VALID,
        /** A promise was broken. */
        INVALID,
        /** The history does not suffice, or the search ran out of time: a failure to decide. */
        UNKNOWN
    }

    public Verdict {
        findings = List.copyOf(findings);
        if ((kind == Kind.INVALID) == findings.isEmpty()) {
            throw new IllegalArgumentException(kind + " with " + findings.size() + " findings");
        }
    }

    public static Verdict valid(String checker, String summary) {
        return new Verdict(checker, Kind.VALID, summary, List.of());
    }

    public static Verdict invalid(String checker, String summary, List<String> findings) {
        return new Verdict(checker, Kind.INVALID, summary, findings);
    }

    public static Verdict unknown(String checker, String reason) {
        return new Verdict(checker, Kind.UNKNOWN, reason, List.of());
    }

    /** Whether this is a pass: an undecided history is none. */
    public boolean isValid() {
        return kind == Kind.VALID;
    }

    /** The verdict as text of several lines. */
    public String explanation() {
        StringBuilder text = new StringBuilder(checker + ": " + kind + ": " + summary);
        findings.forEach(finding -> text.append("\n  - ").append(finding));
        return text.toString();
    }
}

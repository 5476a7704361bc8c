package io.quorlite.agent.sysinfo;

/** What a check found. */
public record Finding(String name, String value, Verdict verdict, String advice) {
    public enum Verdict {
        PASS,
        WARN,
        REJECT
    }

    static Finding pass(String name, String value) {
        return new Finding(name, value, Verdict.PASS, "");
    }

    static Finding warn(String name, String value, String advice) {
        return new Finding(name, value, Verdict.WARN, advice);
    }

    static Finding reject(String name, String value, String advice) {
        return new Finding(name, value, Verdict.REJECT, advice);
    }
}

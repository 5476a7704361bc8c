package io.quorlite.agent.refusal;

/** The process's exit codes, each with one meaning; they are part of the interface and do not change. */
public enum ExitCode {
    OK(0),
    /** Something unexpected; the log says what. */
    INTERNAL_ERROR(1),
    /** The command line, or the configuration, is wrong. */
    USAGE(2),
    /** No node answers: it does not run, or cannot be reached. */
    UNREACHABLE(3),
    /** There is no leader, or no majority to have one. */
    NO_LEADER(4),
    /** Refused because it would be unsafe. */
    REFUSED_UNSAFE(5),
    /** A token, or other credentials, are not accepted. */
    TOKEN(6),
    /** The other side is not who it should be: identity, pin, certificate. */
    IDENTITY(7),
    /** No answer in time; the state is unknown. */
    TIMEOUT(8),
    /** Something of that name, or data of another cluster, is there already. */
    CONFLICT(9),
    /** Versions that do not work together. */
    VERSION_SKEW(10),
    /** Data failed verification. */
    CORRUPTION(11),
    /** The cluster works, but not all of it. Of status and checks only. */
    DEGRADED(12),
    /** This host does not meet what a node needs. */
    PREFLIGHT(13),
    /** Disk or quota is used up. */
    NO_SPACE(14),
    INTERRUPTED(130);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** What the process ends with. */
    public int number() {
        return number;
    }

    /** @return {@link #INTERNAL_ERROR} for a number that has no meaning */
    public static ExitCode of(int number) {
        for (ExitCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERNAL_ERROR;
    }
}

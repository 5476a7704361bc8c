package io.quorlite.agent;

/** The process's exit codes, each with one meaning; they are part of the interface and do not change. */
public final class ExitCode {
    public static final int OK = 0;
    /** Something unexpected; the log says what. */
    public static final int INTERNAL_ERROR = 1;
    /** The command line is wrong. */
    public static final int USAGE = 2;
    /** Refused because it would be unsafe. */
    public static final int REFUSED_UNSAFE = 5;
    /** Something of that name, or data of another cluster, is there already. */
    public static final int CONFLICT = 9;
    /** Data failed verification. */
    public static final int CORRUPTION = 11;

    private ExitCode() {}
}

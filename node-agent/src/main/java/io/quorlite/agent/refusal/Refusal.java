package io.quorlite.agent.refusal;

/** Why the agent will not, or cannot, do what was asked: a message for a person, and codes for programs. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;
    private final String code;
    private final String hint;

    public Refusal(ExitCode exitCode, String message) {
        this(exitCode, exitCode.name(), message, "");
    }

    /**
     * @param code a word for programs, finer than the exit code
     * @param hint what to do about it, empty where the message says it
     */
    public Refusal(ExitCode exitCode, String code, String message, String hint) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.code = code;
        this.hint = hint;
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    public String code() {
        return code;
    }

    public String hint() {
        return hint;
    }

    /** What is shown: the message, and the hint where there is one. */
    public String text() {
        return hint.isEmpty() ? message() : message() + "\n" + hint;
    }

    private String message() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}

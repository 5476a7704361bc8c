package io.quorlite.agent.admin;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import org.jspecify.annotations.Nullable;

/** A refusal as the admin API and the commands write it. */
public record ErrorReply(
        String kind,
        String code,
        int exitCode,
        String message,
        @Nullable String hint) {
    public static ErrorReply of(Refusal refusal) {
        return new ErrorReply(
                "Error",
                refusal.code(),
                refusal.exitCode().number(),
                String.valueOf(refusal.getMessage()),
                refusal.hint().isEmpty() ? null : refusal.hint());
    }

    public Refusal refusal() {
        return new Refusal(ExitCode.of(exitCode), code, message, hint == null ? "" : hint);
    }

    /** The HTTP status that goes with the exit code. */
    int status() {
        return switch (ExitCode.of(exitCode)) {
            case USAGE -> code.equals("NOT_FOUND") ? 404 : 400;
            case TOKEN, IDENTITY -> 403;
            case REFUSED_UNSAFE, CONFLICT -> 409;
            case VERSION_SKEW, PREFLIGHT -> 412;
            case UNREACHABLE, NO_LEADER -> 503;
            case TIMEOUT -> 504;
            case NO_SPACE -> 507;
            default -> 500;
        };
    }
}

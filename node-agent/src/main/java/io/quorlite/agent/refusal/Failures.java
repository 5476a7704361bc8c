package io.quorlite.agent.refusal;

import io.quorlite.replication.CorruptLogException;
import io.quorlite.replication.RemovedFromClusterException;
import io.quorlite.sqlite.CorruptDatabaseException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Puts failures into words, each cause once; the stack is the log's affair. */
public final class Failures {
    private Failures() {}

    /** {@code failure} itself where it, or what futures wrap, is one. */
    public static Refusal refusal(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof Refusal refusal ? refusal : new Refusal(exitCode(cause), describe(cause));
    }

    public static ExitCode exitCode(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Refusal refusal) {
                return refusal.exitCode();
            }
            if (cause instanceof CorruptLogException || cause instanceof CorruptDatabaseException) {
                return ExitCode.CORRUPTION;
            }
            if (cause instanceof RemovedFromClusterException) {
                return ExitCode.CONFLICT; // a service is not to be started again for it
            }
        }
        return ExitCode.INTERNAL_ERROR;
    }

    public static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder();
        String last = "";
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (!last.contains(message)) {
                text.append(text.isEmpty() ? "" : ": ").append(message);
                last = message;
            }
        }
        return text.toString();
    }

    /** What a future failed with, without what futures wrap around it. */
    public static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapped = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapped && cause != null ? unwrap(cause) : failure;
    }
}

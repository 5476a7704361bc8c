package io.quorlite.faults.history;

/** A history that no recorder can have written: nothing can be decided from it. */
public final class MalformedHistoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedHistoryException(String message) {
        super(message);
    }

    MalformedHistoryException(String message, Throwable cause) {
        super(message, cause);
    }
}

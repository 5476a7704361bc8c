package io.quorlite.command;

/** Bytes that are not a batch of proposals in a format known here. */
public final class MalformedCommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedCommandException(String message) {
        super(message);
    }
}

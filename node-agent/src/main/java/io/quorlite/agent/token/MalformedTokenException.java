package io.quorlite.agent.token;

/** A text is no token, or not the whole of one. The message is for the person who pasted it and repeats none of it. */
public final class MalformedTokenException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    MalformedTokenException(String message) {
        super(message);
    }
}

package io.quorlite.etcd;

/**
 * An answer to an HTTP request.
 *
 * @param allow the methods allowed, for a request with another one; empty otherwise
 * @param noSniff whether browsers are told to take the content type as it is
 */
public record ProbeReply(int status, String contentType, String body, boolean noSniff, String allow) {
    private static final String TEXT = "text/plain; charset=utf-8";

    static ProbeReply ok(String body) {
        return new ProbeReply(200, TEXT, body, true, "");
    }

    /** The form of etcd's /health, which leaves the type to be guessed. */
    static ProbeReply plain(String body) {
        return new ProbeReply(200, TEXT, body, false, "");
    }

    static ProbeReply json(String body) {
        return new ProbeReply(200, "application/json", body, false, "");
    }

    static ProbeReply error(int status, String text) {
        return new ProbeReply(status, TEXT, text + "\n", true, "");
    }

    static ProbeReply notAllowed(String text) {
        return new ProbeReply(405, TEXT, text + "\n", true, "GET");
    }
}

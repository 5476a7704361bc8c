package io.quorlite.agent.admin;

/** An answer as it goes out. */
public record AdminReply(int status, String contentType, String body) {
    private static final String JSON = "application/json";

    static AdminReply json(int status, String json) {
        return new AdminReply(status, JSON, json);
    }

    static AdminReply of(Object value) {
        return value instanceof AdminReply reply ? reply : json(200, Json.write(value));
    }

    static AdminReply error(ErrorReply error) {
        return json(error.status(), Json.write(error));
    }
}

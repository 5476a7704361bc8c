package io.quorlite.agent.admin;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.util.List;
import java.util.Map;

/**
 * A request to the admin API.
 *
 * @param target path and query as they came
 * @param parameters the path's variables
 * @param query all values of each
 * @param forwardedFor the member that passed it on and the address it came from, with a blank between; empty for none
 */
public record AdminRequest(
        String method,
        String target,
        Map<String, String> parameters,
        Map<String, List<String>> query,
        String body,
        Caller caller,
        String forwardedFor) {
    /** Where it came from in the first place, without a port; a member that passes a request on is believed. */
    public String origin() {
        int blank = forwardedFor.indexOf(' ');
        boolean believed = caller.kind() == Caller.Kind.NODE || caller.kind() == Caller.Kind.LOCAL;
        return blank >= 0 && believed ? forwardedFor.substring(blank + 1) : caller.address();
    }

    /** A variable of the path. */
    public String parameter(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }

    public boolean flag(String name) {
        List<String> values = query.getOrDefault(name, List.of());
        return !values.isEmpty() && !values.get(0).equals("false");
    }

    /** @throws Refusal if the body is not of that form */
    public <T> T body(Class<T> type) {
        if (body.isBlank()) {
            throw new Refusal(ExitCode.USAGE, "MALFORMED", method + " " + target + " needs a body", "");
        }
        return Json.read(body, type);
    }
}

package io.quorlite.agent.admin;

import io.quorlite.agent.admin.Caller.Access;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which request goes where, and who may make it. Filled before the server starts, not changed after. */
public final class Routes {
    /** Answers a request on a thread that may block: with a value to be written as JSON, or with an {@link AdminReply}. */
    @FunctionalInterface
    public interface Handler {
        Object handle(AdminRequest request) throws Exception;
    }

    record Route(String method, String[] pattern, Access access, Handler handler) {
        @Nullable Map<String, String> match(String[] path) {
            if (path.length != pattern.length) {
                return null;
            }
            Map<String, String> parameters = new HashMap<>();
            for (int i = 0; i < path.length; i++) {
                if (pattern[i].startsWith("{")) {
                    parameters.put(pattern[i].substring(1, pattern[i].length() - 1), path[i]);
                } else if (!pattern[i].equals(path[i])) {
                    return null;
                }
            }
            return parameters;
        }
    }

    /** A route with the values that the request has for its path's variables. */
    record Match(Route route, Map<String, String> parameters) {}

    private final List<Route> routes = new ArrayList<>();

    /** @param pattern a path whose variables are in braces */
    public Routes add(String method, String pattern, Access access, Handler handler) {
        routes.add(new Route(method, pattern.split("/"), access, handler));
        return this;
    }

    @Nullable Match find(String method, String path) {
        String[] parts = path.split("/");
        for (Route route : routes) {
            Map<String, String> parameters = route.method().equals(method) ? route.match(parts) : null;
            if (parameters != null) {
                return new Match(route, parameters);
            }
        }
        return null;
    }

    /** The methods that {@code path} has, for one that it does not have. */
    String allowed(String path) {
        String[] parts = path.split("/");
        return String.join(
                ", ",
                routes.stream()
                        .filter(route -> route.match(parts) != null)
                        .map(Route::method)
                        .distinct()
                        .toList());
    }
}

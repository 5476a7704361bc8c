package io.quorlite.etcd;

import io.quorlite.datastore.ReadLevel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * etcd's HTTP probes, byte for byte: {@code /health}, {@code /livez} and {@code /readyz} with a path below for each check, and
 * {@code /version}. Thread-safe.
 */
final class Probes {
    private static final String OK = "";

    private final ProbeSource source;
    private final String version;
    private final String clusterVersion;

    /** Path to the checks behind it, in the order they are shown; a check's future holds {@link #OK} or what is wrong. */
    private final Map<String, Map<String, Supplier<CompletableFuture<String>>>> checks = new LinkedHashMap<>();

    Probes(ProbeSource source, String version, String clusterVersion) {
        this.source = source;
        this.version = version;
        this.clusterVersion = clusterVersion;
        register("/livez", "serializable_read", () -> read(ReadLevel.SERIALIZABLE));
        register("/readyz", "data_corruption", this::corruption);
        register("/readyz", "serializable_read", () -> read(ReadLevel.SERIALIZABLE));
        register("/readyz", "linearizable_read", () -> read(ReadLevel.LINEARIZABLE));
        register("/readyz", "non_learner", this::nonLearner);
    }

    /** Whether {@code alarms} has the alarm that etcd calls {@code name}. */
    static boolean raised(List<String> alarms, String name) {
        return alarms.stream().anyMatch(alarm -> alarm.startsWith(name));
    }

    /** The answer to a request for {@code path}; {@code query} holds all values of each parameter. */
    CompletableFuture<ProbeReply> answer(String method, String path, Map<String, List<String>> query) {
        Map<String, Supplier<CompletableFuture<String>>> group = checks.get(path);
        if (group != null) {
            return method.equals("GET") ? checkAll(group, query) : done(ProbeReply.notAllowed("Method Not Allowed"));
        }
        return switch (path) {
            case "/health" -> method.equals("GET") ? health(query) : done(ProbeReply.notAllowed("Method Not Allowed"));
            case "/version" -> done(method.equals("GET") ? version() : ProbeReply.notAllowed("Method Not Allowed"));
            default -> done(ProbeReply.error(404, "404 page not found"));
        };
    }

    private void register(String root, String name, Supplier<CompletableFuture<String>> check) {
        checks.computeIfAbsent(root, path -> new LinkedHashMap<>()).put(name, check);
        checks.put(root + "/" + name, Map.of(name, check));
    }

    // /livez, /readyz

    private CompletableFuture<ProbeReply> checkAll(
            Map<String, Supplier<CompletableFuture<String>>> group, Map<String, List<String>> query) {
        Set<String> excluded = Set.copyOf(query.getOrDefault("exclude", List.of()));
        CompletableFuture<List<String>> lines = done(new ArrayList<>());
        for (Map.Entry<String, Supplier<CompletableFuture<String>>> check : group.entrySet()) {
            if (group.size() == 1 || !excluded.contains(check.getKey())) {
                // one after the other: the reads of a probe must not crowd a node that is in trouble
                lines = lines.thenCompose(so -> check.getValue().get().thenApply(problem -> {
                    so.add(line(check.getKey(), problem));
                    return so;
                }));
            }
        }
        return lines.thenApply(all -> checked(all, query.containsKey("verbose")));
    }

    private static String line(String name, String problem) {
        return problem.equals(OK) ? "[+]" + name + " ok\n" : "[-]" + name + " failed: " + problem + "\n";
    }

    private static ProbeReply checked(List<String> lines, boolean verbose) {
        String details = String.join("", lines);
        if (lines.stream().anyMatch(line -> line.startsWith("[-]"))) {
            return ProbeReply.error(503, details);
        }
        return ProbeReply.ok(verbose ? details + "ok\n" : "ok\n");
    }

    private CompletableFuture<String> read(ReadLevel level) {
        return source.read(level).handle((ignored, failure) -> failure == null ? OK : StatusMapper.message(failure));
    }

    private CompletableFuture<String> corruption() {
        return done(raised(source.alarms(), "CORRUPT") ? "alarm activated: CORRUPT" : OK);
    }

    private CompletableFuture<String> nonLearner() {
        return done(source.isLearner() ? "not supported for learner" : OK);
    }

    // /health, /version

    private CompletableFuture<ProbeReply> health(Map<String, List<String>> query) {
        List<String> excluded = query.getOrDefault("exclude", List.of());
        for (String alarm : List.of("NOSPACE", "CORRUPT")) {
            if (!excluded.contains(alarm) && raised(source.alarms(), alarm)) {
                return done(unhealthy("ALARM " + alarm));
            }
        }
        boolean serializable =
                query.getOrDefault("serializable", List.of("")).get(0).equals("true");
        if (!serializable && !source.hasLeader()) {
            return done(unhealthy("RAFT NO LEADER"));
        }
        return read(ProtoMapper.level(serializable))
                .thenApply(problem -> problem.equals(OK)
                        ? ProbeReply.plain(healthJson(true, ""))
                        : unhealthy("RANGE ERROR:" + problem));
    }

    private static ProbeReply unhealthy(String reason) {
        return ProbeReply.error(503, healthJson(false, reason));
    }

    private static String healthJson(boolean healthy, String reason) {
        return "{\"health\":\"" + healthy + "\",\"reason\":\"" + escaped(reason) + "\"}";
    }

    private ProbeReply version() {
        return ProbeReply.json("{\"etcdserver\":\"" + version + "\",\"etcdcluster\":\"" + clusterVersion
                + "\",\"storage\":\"" + clusterVersion + "\"}");
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.toString();
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}

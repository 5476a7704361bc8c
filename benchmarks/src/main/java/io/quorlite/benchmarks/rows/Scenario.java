package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.servers.ServerGroup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Something that starts, fills or kills servers of its own. One run on fresh directories gives a sample for each of its rows.
 *
 * @param name how {@code --rows} finds it, beside the names of its rows
 * @param rows names and units, in the order of the samples
 * @param tracer a command that the servers are to be run by; none if empty
 */
public record Scenario(String name, Map<String, Unit> rows, List<String> tracer, Run run) {
    /** Runs on a group that is not started; whoever calls closes it. */
    public interface Run {
        List<Sample> on(ServerGroup group) throws Exception;
    }

    boolean matches(List<String> words) {
        return words.stream()
                .anyMatch(word -> name.contains(word) || rows.keySet().stream().anyMatch(row -> row.contains(word)));
    }

    List<Row> emptyRows(String suffix) {
        List<Row> empty = new ArrayList<>();
        rows.forEach((row, unit) -> empty.add(new Row(row + suffix, unit)));
        return empty;
    }

    static Map<String, Unit> inOrder(Unit unit, List<String> names) {
        Map<String, Unit> rows = new LinkedHashMap<>();
        names.forEach(name -> rows.put(name, unit));
        return rows;
    }
}

package io.quorlite.etcd.transcript;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects where a replay differs from its recording, readable: lines with - are the recording's, with + the replay's. */
final class Differences {
    private static final int LINE_CHARS_MAX = 200;
    private static final int LINES_MAX = 40;

    private final List<String> found = new ArrayList<>();

    List<String> found() {
        return List.copyOf(found);
    }

    void add(String where, String what) {
        found.add(where + "\n" + what);
    }

    void compare(String where, Message recorded, Message replayed) {
        if (!recorded.equals(replayed)) {
            add(where, diff(text(recorded), text(replayed)));
        }
    }

    static String text(Message message) {
        return TextFormat.printer().printToString(message);
    }

    /** The lines that only one side has, in their order. */
    private static String diff(String recorded, String replayed) {
        List<String> lines = new ArrayList<>();
        onlyIn(recorded, replayed, "  - ", lines);
        onlyIn(replayed, recorded, "  + ", lines);
        if (lines.isEmpty()) {
            lines.add("  the same lines in another order");
        }
        return String.join("\n", lines.subList(0, Math.min(lines.size(), LINES_MAX)));
    }

    private static void onlyIn(String one, String other, String mark, List<String> lines) {
        Set<String> known = new LinkedHashSet<>(other.lines().toList());
        one.lines()
                .filter(line -> !known.contains(line))
                .map(line -> mark + (line.length() > LINE_CHARS_MAX ? line.substring(0, LINE_CHARS_MAX) + "…" : line))
                .forEach(lines::add);
    }
}

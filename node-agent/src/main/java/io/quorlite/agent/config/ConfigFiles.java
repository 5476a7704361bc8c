package io.quorlite.agent.config;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads and writes configuration files: YAML 1.2, nested by the dots of {@link Key#path}. */
public final class ConfigFiles {
    private static final long FILE_BYTES_MAX = 1 << 20;

    private ConfigFiles() {}

    /** {@code file} and its drop-ins, in the order in which they override each other, as far as they exist. */
    static List<Path> of(Path file) {
        List<Path> files = new ArrayList<>();
        if (Files.exists(file)) {
            files.add(file);
        }
        Path dropIns = file.resolveSibling("config.d");
        if (Files.isDirectory(dropIns)) {
            try (Stream<Path> found = Files.list(dropIns)) {
                found.filter(path -> path.toString().endsWith(".yaml"))
                        .sorted(Comparator.comparing(Path::toString))
                        .forEach(files::add);
            } catch (IOException e) {
                throw unreadable(dropIns, e);
            }
        }
        return files;
    }

    static Map<Key, String> read(Path file) {
        Object document;
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new Refusal(ExitCode.USAGE, file + " is too large for a configuration file");
            }
            document = new Load(LoadSettings.builder().setLabel(file.toString()).build())
                    .loadFromString(Files.readString(file));
        } catch (YamlEngineException e) {
            throw new Refusal(ExitCode.USAGE, file + " is not valid YAML: " + e.getMessage());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        EnumMap<Key, String> values = new EnumMap<>(Key.class);
        if (document instanceof Map<?, ?> map) {
            flatten(file, "", map, values);
        } else if (document != null) {
            throw new Refusal(ExitCode.USAGE, file + " must be keys and values, such as 'name: n1'");
        }
        return values;
    }

    private static void flatten(Path file, String prefix, Map<?, ?> map, Map<Key, String> values) {
        map.forEach((name, value) -> {
            String path = prefix + name;
            if (value instanceof Map<?, ?> nested) {
                requireSection(file, path);
                flatten(file, path + ".", nested, values);
            } else {
                Key key = Key.ofPath(path).orElseThrow(() -> unknown(file.toString(), path));
                values.put(key, text(value));
            }
        });
    }

    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value == null ? "" : String.valueOf(value);
    }

    private static void requireSection(Path file, String path) {
        if (Arrays.stream(Key.values()).noneMatch(key -> key.path().startsWith(path + "."))) {
            throw unknown(file.toString(), path);
        }
    }

    private static Refusal unknown(String where, String path) {
        String nearest = Arrays.stream(Key.values())
                .map(Key::path)
                .min(Comparator.comparingInt(known -> distance(known, path)))
                .orElseThrow();
        String suggestion = distance(nearest, path) <= Math.max(2, path.length() / 3)
                ? "; did you mean '" + nearest + "'?"
                : "; see: node-agent config default";
        return new Refusal(
                ExitCode.USAGE, "CONFIG_KEY_UNKNOWN", where + ": unknown key '" + path + "'" + suggestion, "");
    }

    /** Levenshtein's. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }

    /** The drop-in that {@code config set} keeps, beside others: what a person wrote is left as it is. */
    public static Path dropInOfSet(Path file) {
        return file.resolveSibling("config.d").resolve("90-set.yaml");
    }

    /** Adds to what was set before. */
    public static void set(Path file, Map<Key, String> values) throws IOException {
        Path dropIn = dropInOfSet(file);
        Files.createDirectories(dropIn.toAbsolutePath().getParent());
        Map<Key, String> all = new EnumMap<>(Key.class);
        if (Files.exists(dropIn)) {
            all.putAll(read(dropIn));
        }
        all.putAll(values);
        DurableFile.replace(dropIn, write(all));
    }

    /** @throws Refusal with the nearest where there is none with this path */
    public static Key key(String path) {
        return Key.ofPath(path).orElseThrow(() -> unknown("config set", path));
    }

    /** A file with these values, in the order of the keys. */
    public static String write(Map<Key, String> values) {
        Map<String, Object> document = new java.util.LinkedHashMap<>();
        new TreeMap<>(values).forEach((key, text) -> {
            int dot = key.path().indexOf('.');
            if (dot < 0) {
                document.put(key.path(), text);
            } else {
                Object section = document.computeIfAbsent(
                        key.path().substring(0, dot), name -> new java.util.LinkedHashMap<String, Object>());
                @SuppressWarnings("unchecked") // made above
                Map<String, Object> entries = (Map<String, Object>) section;
                entries.put(key.path().substring(dot + 1), value(key, text));
            }
        });
        DumpSettings settings =
                DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        return new Dump(settings).dumpToString(document);
    }

    /** A file with the defaults, each with what it is for. */
    public static String template() {
        StringBuilder text = new StringBuilder();
        String section = "";
        for (Key key : Key.values()) {
            int dot = key.path().indexOf('.');
            String parent = dot < 0 ? "" : key.path().substring(0, dot);
            if (!parent.equals(section) && !parent.isEmpty()) {
                text.append(parent).append(":\n");
            }
            section = parent;
            String value = key.defaultValue().isEmpty() ? "\"\"" : key.defaultValue();
            text.append(parent.isEmpty() ? "" : "  ")
                    .append(key.path().substring(dot + 1))
                    .append(": ");
            text.append(value).append("  # ").append(key.description()).append('\n');
        }
        return text.toString();
    }

    private static Object value(Key key, String text) {
        if (key == Key.LISTEN_CLIENT && text.contains(",")) {
            return List.of(text.split(","));
        }
        return text.matches("\\d{1,9}") ? (Object) Integer.valueOf(text) : text;
    }

    private static Refusal unreadable(Path file, IOException e) {
        return new Refusal(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage());
    }
}

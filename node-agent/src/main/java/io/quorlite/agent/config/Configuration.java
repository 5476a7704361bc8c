package io.quorlite.agent.config;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** All settings of a node, each with its origin. Immutable; values are looked at when they are asked for. */
public final class Configuration {
    public static final String API_VERSION = "node-agent/v1";
    /** The name of the file in the data directory, and of the directory of drop-ins beside it. */
    public static final String FILE = "config.yaml";

    private static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug", "trace");

    private final Map<Key, Setting> settings;

    private Configuration(Map<Key, Setting> settings) {
        this.settings = settings;
    }

    /**
     * Collects them; the first that has a key wins: options, environment, drop-ins (the last by name first), file, defaults.
     *
     * @param options by key, what the command line gave
     * @param file which need not exist; its drop-ins are in {@code config.d} beside it
     * @throws Refusal where a file cannot be read, or has a key that is not known
     */
    public static Configuration load(Map<Key, String> options, Map<String, String> environment, Path file) {
        EnumMap<Key, Setting> settings = new EnumMap<>(Key.class);
        for (Key key : Key.values()) {
            settings.put(key, new Setting(key.defaultValue(), "default"));
        }
        for (Path source : ConfigFiles.of(file)) {
            ConfigFiles.read(source).forEach((key, text) -> settings.put(key, new Setting(text, source.toString())));
        }
        for (Key key : Key.values()) {
            String text = environment.get(key.variable());
            if (text != null) {
                settings.put(key, new Setting(text, key.variable()));
            }
        }
        options.forEach((key, text) -> settings.put(key, new Setting(text, key.option())));
        Configuration configuration = new Configuration(settings);
        configuration.requireApiVersion();
        return configuration;
    }

    private void requireApiVersion() {
        if (!text(Key.API_VERSION).equals(API_VERSION)) {
            throw wrong(
                    Key.API_VERSION, "this version reads '" + API_VERSION + "', not '" + text(Key.API_VERSION) + "'");
        }
    }

    public Setting get(Key key) {
        return settings.getOrDefault(key, new Setting(key.defaultValue(), "default"));
    }

    public String text(Key key) {
        return get(key).text();
    }

    /** The value, or what {@code otherwise} gives where nobody set one. */
    public String text(Key key, Supplier<String> otherwise) {
        String text = text(key);
        return text.isBlank() ? otherwise.get() : text;
    }

    public List<String> texts(Key key) {
        return Arrays.stream(text(key).split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** @throws Refusal if it is none of the five */
    public String logLevel() {
        String level = text(Key.LOG_LEVEL).toLowerCase(Locale.ROOT);
        if (!LOG_LEVELS.contains(level)) {
            throw wrong(Key.LOG_LEVEL, "error, warn, info, debug or trace, not '" + text(Key.LOG_LEVEL) + "'");
        }
        return level;
    }

    public boolean isSecured() {
        return text(Key.TLS_MODE).equals("auto");
    }

    /** @throws Refusal if it is not a whole number from {@code least} on */
    public long number(Key key, long least) {
        long number;
        try {
            number = Long.parseLong(text(key).strip());
        } catch (NumberFormatException e) {
            throw wrong(key, "'" + text(key) + "' is not a whole number");
        }
        if (number < least) {
            throw wrong(key, least == 0 ? "not negative, but " + number : "at least " + least + ", not " + number);
        }
        return number;
    }

    public Duration duration(Key key) {
        return Durations.parse(where(key), text(key), "ms");
    }

    public long size(Key key) {
        return Sizes.parse(where(key), text(key));
    }

    /** What a person would look for: the option, the variable, or the key in its file. */
    public String where(Key key) {
        String origin = get(key).origin();
        if (origin.equals(key.option()) || origin.equals(key.variable())) {
            return origin;
        }
        return origin.equals("default") ? key.path() : origin + ": " + key.path();
    }

    public Refusal wrong(Key key, String problem) {
        return new Refusal(ExitCode.USAGE, where(key) + ": " + problem);
    }
}

package io.quorlite.faults.checkers.linearizability;

import io.quorlite.faults.checkers.linearizability.RegisterModel.Output;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the reference histories of porcupine's test data. */
final class PorcupineHistories {
    private static final Pattern REGISTER_LINE =
            Pattern.compile("INFO\\s+jepsen\\.util\\s+-\\s+(\\d+)\\s+:(\\w+)\\s+:(\\w+)\\s+(.*)");
    private static final Pattern PAIR = Pattern.compile("\\[(\\d+)\\s+(\\d+)\\]");
    private static final Pattern KV_LINE =
            Pattern.compile("\\{:process (\\d+), :type :(\\w+), :f :(\\w+), :key \"(.*)\", :value (nil|\".*\")\\}");

    private PorcupineHistories() {}

    /** The histories' text by name. */
    static Map<String, String> all() throws IOException {
        Map<String, String> all = new TreeMap<>();
        InputStream resource =
                Objects.requireNonNull(PorcupineHistories.class.getResourceAsStream("/porcupine/histories.zip"));
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(resource.readAllBytes()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                all.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return all;
    }

    static List<Call<RegisterModel.Input, Output>> register(String text) {
        Calls<RegisterModel.Input, Output> calls = new Calls<>();
        text.lines().forEach(line -> {
            Matcher parts = REGISTER_LINE.matcher(line);
            if (!parts.matches()) {
                return;
            }
            String process = parts.group(1);
            String value = parts.group(4).trim();
            switch (parts.group(2)) {
                case "invoke" -> calls.begin(process, "register", registerInput(parts.group(3), value));
                case "ok" ->
                    calls.end(
                            process,
                            parts.group(3).equals("read") ? new Output(present(value), true) : Output.done(true));
                case "fail" -> {
                    if (value.equals(":timed-out")) {
                        calls.forget(process); // a read that found nothing out
                    } else {
                        calls.end(process, Output.done(false));
                    }
                }
                default -> {} // info: it never ends
            }
        });
        return calls.finish();
    }

    static List<Call<AppendModel.Input, String>> kv(String text) {
        Calls<AppendModel.Input, String> calls = new Calls<>();
        text.lines().forEach(line -> {
            Matcher parts = KV_LINE.matcher(line);
            if (!parts.matches()) {
                throw new IllegalArgumentException(line);
            }
            String value = parts.group(5).equals("nil")
                    ? ""
                    : parts.group(5).substring(1, parts.group(5).length() - 1);
            if (parts.group(2).equals("invoke")) {
                AppendModel.Kind kind = AppendModel.Kind.valueOf(parts.group(3).toUpperCase(java.util.Locale.ROOT));
                calls.begin(parts.group(1), parts.group(4), new AppendModel.Input(kind, value));
            } else {
                calls.end(parts.group(1), value);
            }
        });
        return calls.finish();
    }

    private static RegisterModel.Input registerInput(String function, String value) {
        return switch (function) {
            case "read" -> new RegisterModel.Read();
            case "write" -> new RegisterModel.Write(present(value));
            default -> {
                Matcher pair = PAIR.matcher(value);
                if (!pair.matches()) {
                    throw new IllegalArgumentException(function + " " + value);
                }
                yield new RegisterModel.Cas(present(pair.group(1)), present(pair.group(2)));
            }
        };
    }

    private static Optional<String> present(String value) {
        return value.equals("nil") ? Optional.empty() : Optional.of(value);
    }

    /** Pairs begins and ends; the number of the event is its time. */
    private static final class Calls<I, O> {
        private final Map<String, Call<I, O>> open = new TreeMap<>();
        private final List<Call<I, O>> calls = new ArrayList<>();
        private int time;

        void begin(String process, String key, I input) {
            Call<I, O> left = open.put(process, new Call<>(key, input, null, time++, Integer.MAX_VALUE));
            if (left != null) {
                calls.add(left);
            }
        }

        void end(String process, @Nullable O output) {
            Call<I, O> call = Objects.requireNonNull(open.remove(process));
            calls.add(new Call<>(call.key(), call.input(), output, call.begin(), time++));
        }

        void forget(String process) {
            open.remove(process);
        }

        List<Call<I, O>> finish() {
            calls.addAll(open.values());
            return calls;
        }
    }
}

package io.quorlite.faults.checkers.workloads;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.checkers.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks through what the nodes left behind for what must never happen: crashes of the JVM, exhausted memory, failed
 * assertions, and exceptions that went through our own code and that no fault of the run explains.
 */
public final class LogScan {
    public static final String NAME = "logs";

    private static final Pattern FATAL = Pattern.compile("OutOfMemoryError|StackOverflowError|AssertionError"
            + "|A fatal error has been detected by the Java Runtime|SIGSEGV|SIGBUS|NoClassDefFoundError"
            + "|\\bpanic\\b|Exception in thread|\\[BUG\\]|Exception: .* thrown from the UncaughtExceptionHandler");
    private static final Pattern OUR_FRAME = Pattern.compile("^\\s+at (\\S+/)?io\\.quorlite\\.(?!sofajraft\\.).*");
    private static final Pattern FRAME = Pattern.compile("^\\s+(at |\\.\\.\\. \\d+ more).*");
    private static final Pattern CAUSE = Pattern.compile("^\\s*(Caused by|Suppressed): .*");
    private static final Pattern CRASH_FILE = Pattern.compile("hs_err_pid.*|core(\\.\\d+)?|.*\\.hprof");

    private final List<Pattern> expected;

    /** @param expected what a log line may say because of the run's faults: an injected I/O error, say */
    public LogScan(List<Pattern> expected) {
        this.expected = List.copyOf(expected);
    }

    /**
     * Looks through the files {@code *.log}, {@code *.out} and {@code *.err} below {@code folder}, and for crash dumps.
     *
     * @throws IOException if they cannot be read
     */
    public Verdict check(Path folder) throws IOException {
        Findings findings = new Findings(NAME);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        int logs = 0;
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            if (CRASH_FILE.matcher(name).matches()) {
                findings.add("crash dump: " + folder.relativize(file));
            } else if (name.endsWith(".log") || name.endsWith(".out") || name.endsWith(".err")) {
                logs++;
                scan(folder, file, findings);
            }
        }
        if (logs == 0) {
            findings.undecided("no logs below " + folder.getFileName());
        }
        return findings.verdict(logs + " logs");
    }

    private void scan(Path folder, Path file, Findings findings) throws IOException {
        // A killed node may leave half a character behind: unlike Files.newBufferedReader, this does not mind.
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            String thrown = ""; // the line above the frames, which says what was thrown
            boolean silent = false; // told already, or expected: causes share their exception's lot
            int number = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                boolean frame = FRAME.matcher(line).matches();
                if (!frame && !CAUSE.matcher(line).matches()) {
                    thrown = line;
                    silent = isExpected(line);
                }
                if (!silent
                        && (FATAL.matcher(line).find()
                                || OUR_FRAME.matcher(line).matches())) {
                    findings.add(folder.relativize(file) + " line " + number + ": " + thrown
                            + (frame ? " " + line.trim() : ""));
                    silent = true;
                }
            }
        }
    }

    private boolean isExpected(String line) {
        return expected.stream().anyMatch(pattern -> pattern.matcher(line).find());
    }
}

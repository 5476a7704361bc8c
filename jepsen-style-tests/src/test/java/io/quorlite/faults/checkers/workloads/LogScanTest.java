package io.quorlite.faults.checkers.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogScanTest {
    private static final String TRACE = """
            ERROR node n1 failed
            java.lang.IllegalStateException: applied 7 twice
            \tat java.base/java.util.Objects.check(Objects.java:1)
            \tat io.quorlite.raft.Applier.apply(Applier.java:12)
            \tat io.quorlite.raft.Applier.run(Applier.java:2)
            Caused by: java.io.IOException: No space left on device
            \tat io.quorlite.sqlite.Db.write(Db.java:9)
            """;

    @TempDir
    private Path folder;

    @Test
    void acceptsQuietLogs() throws IOException {
        log("INFO node-2 became leader term=7\nWARN connection refused\n");

        assertThat(scan().isValid()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.lang.OutOfMemoryError: Java heap space",
                "# A fatal error has been detected by the Java Runtime Environment:",
                "Exception in thread \"apply-1\" java.lang.NullPointerException",
                "java.lang.AssertionError: term went back",
                "raft panic: index out of range"
            })
    void findsWhatMustNeverBeSaid(String line) throws IOException {
        log("INFO fine\n" + line + "\n");

        assertThat(scan().findings()).singleElement().asString().contains("n1.log line 2", line);
    }

    @Test
    void findsAStackTraceThroughOurCodeOnce() throws IOException {
        log(TRACE);

        assertThat(scan().findings()).singleElement().asString().contains("applied 7 twice", "Applier.apply");
    }

    @Test
    void letsAnExpectedExceptionPassWithItsCauses() throws IOException {
        log(TRACE);

        assertThat(scan(Pattern.compile("IllegalStateException: applied")).isValid())
                .isTrue();
        assertThat(scan(Pattern.compile("something else")).isValid()).isFalse();
    }

    @Test
    void findsCrashDumps() throws IOException {
        log("fine\n");
        Files.writeString(folder.resolve("hs_err_pid12.log"), "#");

        assertThat(scan().findings()).singleElement().asString().contains("hs_err_pid12.log");
    }

    @Test
    void readsPastBrokenCharacters() throws IOException {
        Files.write(folder.resolve("n1.log"), new byte[] {'a', (byte) 0xc3, '\n', 'p', 'a', 'n', 'i', 'c', '\n'});

        assertThat(scan().findings()).hasSize(1);
    }

    @Test
    void cannotDecideWithoutLogs() throws IOException {
        assertThat(scan().kind()).isEqualTo(Verdict.Kind.UNKNOWN);
    }

    private void log(String text) throws IOException {
        Files.writeString(folder.resolve("n1.log"), text);
    }

    private Verdict scan(Pattern... expected) throws IOException {
        return new LogScan(List.of(expected)).check(folder);
    }
}

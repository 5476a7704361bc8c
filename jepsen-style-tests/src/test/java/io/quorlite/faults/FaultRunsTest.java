package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.run.Cell;
import io.quorlite.faults.run.Result;
import io.quorlite.faults.run.Run;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short run of the harness as a whole; the matrix has the others. */
class FaultRunsTest {
    private static final int SECONDS = 12;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource("register, kill-leader, 1")
    void keepsItsPromisesUnderFaults(String workload, String nemesis, long seed) throws Exception {
        Cell cell = Cell.of(workload, nemesis, 3, SECONDS, seed);

        Result result = Run.of(cell, Launcher.path(), folder);

        assertThat(result.kind())
                .as(() -> result.line() + "\n" + String.join("\n", result.explanations()))
                .isEqualTo(Verdict.Kind.VALID);
        assertThat(result.ok()).as("calls that were answered").isGreaterThan(100);
        assertThat(result.faults()).as("faults").isPositive();
    }
}

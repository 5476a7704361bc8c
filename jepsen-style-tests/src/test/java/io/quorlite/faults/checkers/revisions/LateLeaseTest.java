package io.quorlite.faults.checkers.revisions;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.history.HistoryReader;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Of a run as it was ({@code lock, partition-halves}, seed 6): a lease ended 11 ms before the last line, and one watch had not told of it. */
class LateLeaseTest {
    @Test
    void whatHappensAfterTheFinalReadsIsNotAskedOfEveryWatch() throws Exception {
        try (InputStream packed =
                        Objects.requireNonNull(LateLeaseTest.class.getResourceAsStream("lease-ends-late.jsonl.gz"));
                BufferedReader lines = new BufferedReader(new InputStreamReader(new GZIPInputStream(packed), UTF_8))) {
            Verdict verdict = new WatchRulesChecker().check(HistoryReader.read(lines));

            assertThat(verdict.kind()).as(verdict.toString()).isEqualTo(Verdict.Kind.VALID);
        }
    }
}

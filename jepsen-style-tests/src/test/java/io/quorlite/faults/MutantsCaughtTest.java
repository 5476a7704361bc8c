package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.mutants.Mutants;
import io.quorlite.faults.run.MutantHunt;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The harness notices wrong servers: the quickest of them; {@code bin/mutants} has all. */
class MutantsCaughtTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"mod-revision-ignored, bank", "event-told-twice, watch-rules", "lease-keys-left, lease-bounds"})
    void noticesAServerThatIsWrong(String name, String checker) throws Exception {
        MutantHunt.Catch found = new MutantHunt(Launcher.path(), folder).hunt(Mutants.named(name), 1);

        assertThat(found.checkers()).as(found.finding()).contains(checker);
    }
}

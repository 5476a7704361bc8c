package io.quorlite.etcd.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorlite.etcd.reference.RealEtcd;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeds with which {@link DifferentialTest} once found a difference; each is mended and stays so. */
class KnownDifferencesTest {
    @TempDir
    static Path folder;

    private static Pair pair;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(RealEtcd.programs().isPresent(), RealEtcd.MISSING);
        pair = new Pair(folder);
    }

    @AfterAll
    static void stop() {
        if (pair != null) {
            pair.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                -3825519870696964687L,
                442422121058061882L,
                -8721118541094074104L,
                -8730130462838373042L,
                7927439274427896631L,
                4676491626964534682L,
                -9176746980124838793L
            })
    void isMended(long seed) throws Exception {
        Steps steps = new Steps(new Random(seed));
        List<Step> sequence = Stream.generate(steps::next).limit(30).toList();

        assertThat(pair.difference(sequence)).isEmpty();
    }
}

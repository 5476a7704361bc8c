package io.quorlite.faults.checkers.linearizability;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The checker gives porcupine's verdict on every one of porcupine's reference histories. */
class PorcupineHistoriesTest {
    private static final Set<Integer> LINEARIZABLE =
            Set.of(2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101, 102);
    private static final int NEVER_STARTED = 95;

    private final LinearizabilityChecker checker =
            new LinearizabilityChecker("wgl", System::nanoTime, TimeUnit.SECONDS.toNanos(30));

    @Test
    void agreesOnAllRegisterHistories() throws IOException {
        Map<String, String> histories = PorcupineHistories.all();
        Map<Integer, Verdict.Kind> verdicts = new TreeMap<>();
        Map<Integer, Verdict.Kind> expected = new TreeMap<>();
        for (int number = 0; number <= 102; number++) {
            if (number != NEVER_STARTED) {
                String text = text(histories, String.format(Locale.ROOT, "jepsen/etcd_%03d.log", number));
                verdicts.put(
                        number,
                        checker.check(new RegisterModel(), PorcupineHistories.register(text))
                                .kind());
                expected.put(number, LINEARIZABLE.contains(number) ? Verdict.Kind.VALID : Verdict.Kind.INVALID);
            }
        }

        assertThat(verdicts).hasSize(102).isEqualTo(expected);
    }

    @Test
    void agreesOnTheKeyValueHistories() throws IOException {
        Map<String, String> histories = PorcupineHistories.all();

        for (String clients : new String[] {"c01", "c10"}) {
            assertThat(verdict(text(histories, "kv/" + clients + "-ok.txt"))).isEqualTo(Verdict.Kind.VALID);
            assertThat(verdict(text(histories, "kv/" + clients + "-bad.txt"))).isEqualTo(Verdict.Kind.INVALID);
        }
    }

    private static String text(Map<String, String> histories, String name) {
        return Objects.requireNonNull(histories.get(name), name);
    }

    private Verdict.Kind verdict(String text) {
        return checker.check(new AppendModel(), PorcupineHistories.kv(text)).kind();
    }
}

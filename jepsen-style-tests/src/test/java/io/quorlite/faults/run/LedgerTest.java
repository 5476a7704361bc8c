package io.quorlite.faults.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.checkers.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    private static final Cell CELL = Cell.of("bank", "kill-one+resets", 3, 10, 7);

    @TempDir
    Path folder;

    @Test
    void knowsWhatWasValidWithThisBuildAlsoAfterItWasClosed() throws IOException {
        open("one").add(result(Verdict.valid("bank", "all there")));

        assertThat(open("one").knowsValid(CELL)).isTrue();
        assertThat(open("one").knowsValid(Cell.of("bank", "kill-one+resets", 3, 10, 8)))
                .as("another seed")
                .isTrue();
        assertThat(open("one").knowsValid(Cell.of("bank", "kill-one+resets", 5, 10, 7)))
                .as("other nodes")
                .isFalse();
        assertThat(open("two").knowsValid(CELL)).as("another build").isFalse();
    }

    @Test
    void whatWasNotDecidedIsRunAgain() throws IOException {
        Ledger ledger = open("one");
        ledger.add(result(Verdict.unknown("bank", "no time")));

        assertThat(ledger.knowsValid(CELL)).isFalse();
    }

    @Test
    void theTableShowsTheLastRunOfEachCell() throws IOException {
        Ledger ledger = open("one");
        ledger.add(result(Verdict.unknown("bank", "no time")));
        ledger.add(result(Verdict.valid("bank", "all there")));

        assertThat(ledger.table())
                .contains("| bank | kill-one+resets | 3 | 7 | 5 / 4 / 3 · 2 |")
                .noneMatch(line -> line.contains("UNKNOWN"))
                .last()
                .asString()
                .startsWith("1 cells, 1 of them VALID, 12 calls, 2 faults");
    }

    @Test
    void oneFaultOnThreeNodesIsAPlaceInAGrid() throws IOException {
        Ledger ledger = open("one");
        for (String cell : List.of("bank kill-one", "lock kill-one", "membership kill-one", "membership none")) {
            String[] words = cell.split(" ");
            ledger.add(new Result(
                    Cell.of(words[0], words[1], 3, 10, 8 + words[0].length()),
                    List.of(Verdict.valid("x", "y")),
                    5,
                    4,
                    3,
                    2,
                    words[0].equals("lock") ? List.of("n1") : List.of(),
                    folder));
        }

        assertThat(ledger.table())
                .contains(
                        "| faults | seeds | register | set | append | bank | kubernetes | watch | lease | lock | membership |")
                .contains("| kill-one | 12–18 |  |  |  | 5 / 4 / 3 · 2 |  |  |  | 5 / 4 / 3 · 2 † | 5 / 4 / 3 · 2 |")
                .contains("| none | 18 |  |  |  |  |  |  |  |  | 5 / 4 / 3 · 2 |");
    }

    private Ledger open(String build) throws IOException {
        return Ledger.open(folder.resolve("ledger.jsonl"), build);
    }

    private Result result(Verdict verdict) {
        return new Result(CELL, List.of(verdict), 5, 4, 3, 2, List.of(), folder);
    }
}

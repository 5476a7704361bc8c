package io.quorlite.faults.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.faults.checkers.suite.Workload;
import io.quorlite.faults.nemesis.FaultKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixTest {
    @Test
    void quickHasEveryWorkloadInTwelveCellsOrMore() {
        List<Cell> cells = Matrix.of("quick", 1);

        Set<Workload> workloads = EnumSet.noneOf(Workload.class);
        cells.forEach(cell -> workloads.add(cell.workload()));
        assertThat(cells).hasSizeGreaterThanOrEqualTo(12);
        assertThat(workloads).isEqualTo(EnumSet.allOf(Workload.class));
        assertThat(cells.stream().map(Cell::seed)).doesNotHaveDuplicates();
    }

    @Test
    void fullHasEveryWorkloadWithEveryFaultThatItCanMeet() {
        List<Cell> cells = Matrix.of("full", 1);

        for (FaultKind fault : FaultKind.values()) {
            for (Workload workload : Workload.values()) {
                boolean cannot = workload == Workload.MEMBERSHIP && fault.needsLinks();
                boolean there = cells.stream()
                        .anyMatch(cell -> cell.workload() == workload
                                && (cell.faults().contains(fault) || fault == FaultKind.NONE));
                assertThat(there).as(workload + " " + fault).isNotEqualTo(cannot);
            }
        }
        assertThat(cells.stream().filter(cell -> cell.nodes() == 5)).hasSizeGreaterThanOrEqualTo(12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Quick", "none"})
    void refusesOtherNames(String name) {
        assertThatThrownBy(() -> Matrix.of(name, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void membersThatComeAndGoAreInEveryCellOfTheirWorkloadOnce() {
        assertThat(Cell.of("membership", "kill-one+members", 3, 1, 1).nemesis()).isEqualTo("kill-one+members");
        assertThat(Cell.of("membership", "none", 3, 1, 1).nemesis()).isEqualTo("members");
        assertThat(Cell.of("register", "members", 3, 1, 1).changesMembers()).isTrue();
        assertThatThrownBy(() -> Cell.of("membership", "mute", 3, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("links");
    }

    @Test
    void aCellsNameMakesTheCellAgain() {
        for (Cell cell : new ArrayList<>(Matrix.of("full", 7))) {
            assertThat(Cell.of(cell.workload().argument(), cell.nemesis(), cell.nodes(), cell.seconds(), cell.seed()))
                    .isEqualTo(cell);
        }
    }
}

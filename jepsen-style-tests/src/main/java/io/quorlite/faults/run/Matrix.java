package io.quorlite.faults.run;

import io.quorlite.faults.checkers.suite.Workload;
import io.quorlite.faults.nemesis.FaultKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sets of cells by name. */
final class Matrix {
    private static final int QUICK_SECONDS = 10;
    private static final int FULL_SECONDS = 8;
    private static final int SOAK_SECONDS = 300;

    /** Each workload, under faults that between them stop processes, links and disks, and change members. */
    private static final List<String> QUICK = List.of(
            "append partition-leader",
            "bank power-all",
            "kubernetes pause-leader",
            "watch kill-one",
            "lease kill-leader",
            "lock partition-halves",
            "set rolling-restart",
            "register mute",
            "append power-majority",
            "watch fsync-fails",
            "bank kill-all",
            "register flip-log-middle",
            "set disk-full-one",
            "membership none");

    /** On five nodes. */
    private static final List<String> PAIRS = List.of(
            "append partition-halves+kill-one",
            "register pause-leader+partition-one",
            "bank power-one+partition-ring",
            "kubernetes kill-leader+slow-links",
            "watch kill-all+resets",
            "lease clock+kill-leader",
            "lock pause-one+clock",
            "set disk-full-one+partition-leader",
            "append fsync-fails+kill-leader",
            "register power-majority+slow-links",
            "watch rolling-restart+mute",
            "kubernetes torn-tail+deaf");

    private Matrix() {}

    /** @throws IllegalArgumentException if there is no such set */
    static List<Cell> of(String name, long seed) {
        List<Cell> cells = new ArrayList<>();
        switch (name) {
            case "quick" -> QUICK.forEach(words -> cells.add(cell(words, 3, QUICK_SECONDS, seed + cells.size())));
            case "full" -> full(cells, seed, FULL_SECONDS);
            case "soak" -> full(cells, seed, SOAK_SECONDS);
            default -> throw new IllegalArgumentException("no matrix is called " + name);
        }
        return cells;
    }

    /** Whether a set is so large that it is run in pieces. */
    static boolean inPieces(@Nullable String name) {
        return "full".equals(name) || "soak".equals(name);
    }

    /** Every workload under every fault on three nodes, and pairs of faults on five. */
    private static void full(List<Cell> cells, long seed, int seconds) {
        for (FaultKind fault : FaultKind.values()) {
            for (Workload workload : Workload.values()) {
                boolean changesMembers = workload == Workload.MEMBERSHIP;
                boolean twice = changesMembers && fault == FaultKind.MEMBERS; // which it has anyway
                if (!(changesMembers && fault.needsLinks()) && !twice) {
                    cells.add(new Cell(workload, List.of(fault), 3, seconds, seed + cells.size()));
                }
            }
        }
        PAIRS.forEach(words -> cells.add(cell(words, 5, seconds, seed + cells.size())));
    }

    private static Cell cell(String words, int nodes, int seconds, long seed) {
        String[] parts = words.split(" ");
        return Cell.of(parts[0], parts[1], nodes, seconds, seed);
    }
}

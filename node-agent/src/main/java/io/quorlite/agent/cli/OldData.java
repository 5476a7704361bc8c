package io.quorlite.agent.cli;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.JoinTicket;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What was in a data directory before: it is never deleted, and only moved aside when that was asked for. */
final class OldData {
    private OldData() {}

    /** An attempt to join that was cut short is no old data: it is gone on with. */
    static boolean isUnfinishedJoin(DataFolder folder) throws IOException {
        return JoinTicket.read(folder).isPresent() || Files.exists(folder.pki().resolve("join.key"));
    }

    static void requireNone(DataFolder folder) throws IOException {
        if ((folder.hasData() || folder.isInitialised()) && !isUnfinishedJoin(folder)) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "DATA_PRESENT",
                    "Node has data of cluster " + cluster(folder) + ". Refusing to join. Use --reset to move it to "
                            + folder.root() + ".old-<timestamp>",
                    "");
        }
    }

    static void makeWay(DataFolder folder, boolean reset, Progress progress) throws IOException {
        boolean runs = new Background(folder).process().isPresent();
        if (runs && (reset || !isUnfinishedJoin(folder))) {
            throw new Refusal(
                    ExitCode.CONFLICT,
                    "RUNS",
                    "A node runs on " + folder.root() + ".",
                    "Stop it first: node-agent stop --data-dir " + folder.root());
        }
        if (!reset) {
            requireNone(folder);
        } else if (Files.exists(folder.root())) {
            progress.done("old data moved", "to " + moveAside(folder));
        }
    }

    /** Moves the whole directory, and returns where it is now. */
    static Path moveAside(DataFolder folder) throws IOException {
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        Path aside = folder.root().resolveSibling(folder.root().getFileName() + ".old-" + time);
        try {
            return Files.move(folder.root(), aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new Refusal(
                    ExitCode.INTERNAL_ERROR,
                    "NOT_MOVED",
                    folder.root() + " cannot be moved to " + aside + ": " + e.getMessage(),
                    "If it is a mount point, move what is in it by hand.");
        }
    }

    /** The first digits of the cluster's id, as people name it. */
    private static String cluster(DataFolder folder) throws IOException {
        Path identity = folder.root().resolve("identity");
        if (!Files.exists(identity)) {
            return "unknown";
        }
        return Files.readAllLines(identity).stream()
                .filter(line -> line.startsWith("cluster-id "))
                .map(line -> StatusTable.shortId(line.substring("cluster-id ".length())))
                .findFirst()
                .orElse("unknown");
    }
}

package io.quorlite.faults.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is kept of a cluster that does not do what it should: each node's log, threads, and what it says of the others. */
final class Evidence {
    private static final int DUMPS = 2; // who stands still is who is the same in both

    private Evidence() {}

    /** Does something with a cluster; where it fails, what is left to see of the cluster is kept below {@code target/evidence}. */
    interface Trial {
        void run() throws Exception;
    }

    static void keptOf(AgentCluster cluster, Trial trial) throws Exception {
        try {
            trial.run();
        } catch (Exception | AssertionError failure) {
            try {
                failure.addSuppressed(new AssertionError("see " + keep(cluster)));
            } catch (IOException | AssertionError e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private static Path keep(AgentCluster cluster) throws IOException, InterruptedException {
        Path all = Files.createDirectories(Path.of("target", "evidence").toAbsolutePath());
        Path kept = Files.createTempDirectory(all, "cluster");
        for (AgentNode node : cluster.nodes()) {
            Optional<ProcessHandle> process = node.process();
            for (int i = 1; process.isPresent() && i <= DUMPS; i++) {
                Path threads = kept.resolve(node.name() + "-threads-" + i + ".txt");
                new ProcessBuilder("jstack", "-l", Long.toString(process.get().pid()))
                        .redirectErrorStream(true)
                        .redirectOutput(threads.toFile())
                        .start()
                        .waitFor();
            }
            Path log = node.directory().resolve("node.log");
            if (Files.exists(log)) {
                Files.copy(log, kept.resolve(node.name() + ".log"));
            }
            String state = process.isPresent() ? node.run("status").all() : "not running";
            Files.writeString(kept.resolve(node.name() + "-status.txt"), state);
        }
        return kept;
    }
}

package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** System calls of one node that are slow or fail, by strace. A node may stop of it; it runs again afterwards. */
final class Syscalls implements Fault {
    private final FaultCluster cluster;
    private final Targets targets;
    private final String calls;
    private final String injection;
    private int hit;
    private @Nullable Process strace;

    /**
     * @param calls the calls' names, with commas
     * @param injection what is to happen, in strace's words
     */
    Syscalls(FaultCluster cluster, Targets targets, String calls, String injection) {
        this.cluster = cluster;
        this.targets = targets;
        this.calls = calls;
        this.injection = injection;
    }

    @Override
    public String begin(Random random) throws IOException, InterruptedException {
        hit = targets.choose(cluster, random).get(0);
        if (cluster.node(hit).isAlive()) {
            strace = new ProcessBuilder(
                            "strace",
                            "-f",
                            "-p",
                            Long.toString(cluster.node(hit).pid()),
                            "-e",
                            "trace=" + calls,
                            "-e",
                            "inject=" + calls + ":" + injection)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }
        return Targets.names(List.of(hit));
    }

    @Override
    public void end() throws IOException, InterruptedException {
        if (strace != null) {
            strace.destroy();
            if (!strace.waitFor(5, TimeUnit.SECONDS)) {
                strace.destroyForcibly().waitFor();
            }
            strace = null;
        }
        cluster.start(hit);
    }

    @Override
    public long holdMillis(Random random) {
        return 2_000 + random.nextInt(4_000);
    }
}

package io.quorlite.benchmarks.rows;

import io.quorlite.benchmarks.load.Seen;
import io.quorlite.benchmarks.load.Target;
import io.quorlite.benchmarks.servers.ServerGroup;
import io.quorlite.benchmarks.servers.ServerGroup.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the rows: first those on servers that were started once and are warm, then the scenarios, which start their own. Each row runs
 * in pairs, ours and etcd's alternately, so that what else the machine does falls on both. Not thread-safe.
 */
public final class Comparison {
    /** Where servers come from. */
    public interface Servers {
        /** A group that is not started, on directories of its own. */
        ServerGroup make(Kind kind, List<String> tracer) throws IOException;
    }

    private static final int REPETITIONS_FLAT = 2;

    private final Servers servers;
    private final List<Kind> kinds;
    private final Settings settings;
    private final Consumer<Row> finished;

    /** @param finished hears of each row as it ends */
    public Comparison(Servers servers, List<Kind> kinds, Settings settings, Consumer<Row> finished) {
        this.servers = servers;
        this.kinds = kinds;
        this.settings = settings;
        this.finished = finished;
    }

    public void run() throws Exception {
        List<Workload> workloads = Workload.all().stream()
                .filter(workload -> settings.wants(workload.name()))
                .toList();
        if (!workloads.isEmpty()) {
            onWarmServers(workloads);
        }
        for (Scenario scenario : scenarios()) {
            if (scenario.matches(settings.words())) {
                run(scenario);
            }
        }
    }

    private List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>();
        scenarios.add(Lifecycle.with(Settings.LIFECYCLE_KEYS));
        scenarios.add(SlowSync.with(settings.keys(), settings.seconds()));
        if (settings.large()) {
            scenarios.add(Lifecycle.with(Settings.LARGE_KEYS));
            scenarios.add(Growth.with(Settings.LARGE_KEYS, settings.seconds()));
        }
        return scenarios;
    }

    private void onWarmServers(List<Workload> workloads) throws Exception {
        List<ServerGroup> groups = new ArrayList<>();
        List<Target> targets = new ArrayList<>();
        try {
            for (Kind kind : kinds) {
                ServerGroup group = servers.make(kind, List.of());
                groups.add(group);
                group.start();
                Target target = new Target(group.clientPorts());
                targets.add(target);
                target.awaitFirstPut(60);
                new WarmUp(group, target, settings.keys()).run(settings.warmUpSeconds());
            }
            for (Workload workload : workloads) {
                finished.accept(row(groups, targets, workload));
            }
        } finally {
            targets.forEach(Target::close);
            groups.forEach(ServerGroup::close);
        }
    }

    private Row row(List<ServerGroup> groups, List<Target> targets, Workload workload) throws InterruptedException {
        Row row = new Row(workload.name() + settings.suffix(), workload.unit());
        List<Workload.Repetition> repetitions = new ArrayList<>();
        for (Target target : targets) {
            Workload.Repetition repetition = workload.start().on(target, settings.keys());
            repetitions.add(repetition);
        }
        for (int i = 0; i < groups.size(); i++) {
            warmUp(groups.get(i), repetitions.get(i));
        }
        for (int pair = 0; pair < settings.pairs(); pair++) {
            for (int i = 0; i < groups.size(); i++) {
                ServerGroup group = groups.get(i);
                group.newPeak();
                long cpuBefore = group.cpuMicros();
                Seen seen = repetitions.get(i).run(settings.seconds());
                row.samples(group.kind()).add(Sample.of(seen, group.cpuMicros() - cpuBefore, group.peakBytes()));
            }
        }
        return row;
    }

    /** Unmeasured: the row's own code is cold before. */
    private void warmUp(ServerGroup group, Workload.Repetition repetition) throws InterruptedException {
        CpuTrend trend = new CpuTrend(group, REPETITIONS_FLAT);
        long start = System.nanoTime();
        do {
            trend.repeat(repetition, settings.seconds());
        } while (!trend.flat() && System.nanoTime() - start < settings.rowWarmUpSeconds() * 1e9);
    }

    private void run(Scenario scenario) throws Exception {
        List<Row> rows = scenario.emptyRows(settings.suffix());
        for (int pair = 0; pair < settings.pairs(); pair++) {
            for (Kind kind : kinds) {
                try (ServerGroup group = servers.make(kind, scenario.tracer())) {
                    List<Sample> samples = scenario.run().on(group);
                    for (int i = 0; i < rows.size(); i++) {
                        rows.get(i).samples(kind).add(samples.get(i));
                    }
                }
            }
        }
        rows.forEach(finished);
    }
}

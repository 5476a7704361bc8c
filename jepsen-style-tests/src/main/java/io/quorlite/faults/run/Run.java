package io.quorlite.faults.run;

import io.quorlite.faults.checkers.Verdict;
import io.quorlite.faults.checkers.suite.CheckerSuite;
import io.quorlite.faults.checkers.suite.Workload;
import io.quorlite.faults.client.Worker;
import io.quorlite.faults.cluster.FaultCluster;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryRecorder;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.mutants.AgentJar;
import io.quorlite.faults.mutants.Mutant;
import io.quorlite.faults.nemesis.Capabilities.Need;
import io.quorlite.faults.nemesis.FaultKind;
import io.quorlite.faults.nemesis.Nemesis;
import io.quorlite.faults.report.RunFolder;
import io.quorlite.faults.workload.BankLoad;
import io.quorlite.faults.workload.Compacting;
import io.quorlite.faults.workload.Load;
import io.quorlite.faults.workload.Loads;
import io.quorlite.faults.workload.Watching;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One cell from an empty cluster to a verdict: load and faults; heal; wait until the cluster is whole; final reads and a hash
 * from every node; wait for the watches; check.
 */
public final class Run {
    private static final int WORKERS = 8;
    private static final int RATE_PER_SECOND = 150;
    private static final Duration CALL_LIMIT = Duration.ofMillis(2_000);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration HEALTH_LIMIT = Duration.ofSeconds(60);
    private static final long SETTLE_SECONDS = 30;
    /** Mutants often never become whole again, and are judged by what the history says. */
    private static final Duration MUTANT_HEALTH_LIMIT = Duration.ofSeconds(10);

    private static final long MUTANT_SETTLE_SECONDS = 5;
    /** A node takes a while to find its damage: who should be healthy is asked anew after so long. */
    private static final Duration HEALTH_LOOK = Duration.ofSeconds(5);

    private static final long LEASE_BOUND_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long SEARCH_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
    private static final int CORRUPTION = 11;
    private static final int SHORT_SECONDS_MAX = 60;

    private final Cell cell;
    private final @Nullable Mutant mutant;
    private final Path folder;
    private final Load load;
    private final List<Verdict> ownVerdicts = new ArrayList<>();
    private final List<String> down = new ArrayList<>();
    private int faults;

    private Run(Cell cell, @Nullable Mutant mutant, Path folder) {
        this.cell = cell;
        this.mutant = mutant;
        this.folder = folder;
        this.load = Loads.of(cell.workload());
    }

    /**
     * Runs a cell.
     *
     * @param launcher the node agent's
     * @param folder an empty folder for everything that is left of the run
     */
    public static Result of(Cell cell, Path launcher, Path folder) throws IOException, InterruptedException {
        return of(cell, null, launcher, folder);
    }

    /** The same with nodes that are {@code mutant}; null for the server as it is. */
    static Result of(Cell cell, @Nullable Mutant mutant, Path launcher, Path folder)
            throws IOException, InterruptedException {
        Run run = new Run(cell, mutant, folder);
        FaultCluster.Plan plan = new FaultCluster.Plan(
                launcher,
                folder,
                cell.nodes(),
                options(cell),
                cell.needs(Need.DISKS),
                cell.needs(Need.CLOCKS),
                RATE_PER_SECOND,
                cell.changesMembers(),
                run.javaOptions());
        RunFolder left = RunFolder.create(folder);
        try (FaultCluster cluster = new FaultCluster(plan);
                HistoryRecorder history = HistoryRecorder.create(left.history(), System::nanoTime)) {
            history.runStarted(cell.seed(), cell.workload().argument(), cell.nemesis(), cell.nodes());
            run.play(cluster, history);
        }
        History history = left.readHistory();
        Result result = run.judge(history, left);
        left.write(history, result.verdicts());
        return result;
    }

    /** Snapshots come often, and keep so little of the log that a node which was away needs one. */
    private static List<String> options(Cell cell) {
        Random random = new Random(cell.seed());
        return List.of(
                "--snapshot-entries", Integer.toString(50 + random.nextInt(150)),
                "--log-tail-entries", Integer.toString(10 + random.nextInt(90)),
                "--election-timeout", "500");
    }

    /** For each node. In a short run, compiling as for a long life would cost more than what is compiled ever does. */
    private List<String> javaOptions() throws IOException {
        String all = cell.seconds() <= SHORT_SECONDS_MAX ? "-XX:TieredStopAtLevel=1" : "";
        List<String> options = new ArrayList<>(Collections.nCopies(cell.nodes(), all));
        if (mutant != null) {
            Path jar = folder.resolve("mutant.jar");
            AgentJar.write(jar);
            String wrong = (all + " " + AgentJar.option(jar, mutant)).strip();
            Collections.fill(options.subList(0, mutant.everywhere() ? cell.nodes() : 1), wrong);
        }
        return options;
    }

    private void play(FaultCluster cluster, HistoryRecorder history) throws IOException, InterruptedException {
        cluster.startAll();
        cluster.awaitHealth(everyNode(), START_LIMIT);
        Worker first = worker(cluster, history, 0);
        load.setUp(first);
        Watching watching =
                new Watching(cluster, history, random(1), ranges(), cell.workload() == Workload.WATCH ? 12 : 4);
        Crew watchers = new Crew();
        watchers.start("watches", 100, () -> watching.look(true));
        LeaderLog leaders = new LeaderLog(cluster, history);
        watchers.start("leaders", 100, leaders::look);
        harm(cluster, history);
        recover(cluster, history);
        watchers.stop();
        finish(cluster, history, watching);
    }

    /** Load and faults, until the time is over. */
    private void harm(FaultCluster cluster, HistoryRecorder history) throws IOException, InterruptedException {
        history.phase("load");
        Crew workers = new Crew();
        for (int i = 0; i < WORKERS; i++) {
            Worker worker = worker(cluster, history, 10 + i);
            workers.start("worker-" + i, 0, () -> load.step(worker));
        }
        Compacting compacting = new Compacting(worker(cluster, history, 2));
        workers.start("compactor", 1_000, compacting::step);
        Nemesis nemesis = new Nemesis(cluster, history, cell.faults(), cell.seed());
        nemesis.start();
        TimeUnit.SECONDS.sleep(cell.seconds());
        faults = nemesis.stop();
        history.phase("heal");
        workers.stop();
    }

    /** Starts what stopped by itself, and waits until the cluster is whole; nodes that found damage may stay away. */
    private void recover(FaultCluster cluster, HistoryRecorder history) throws IOException, InterruptedException {
        cluster.startAll();
        long deadline = System.nanoTime() + (mutant == null ? HEALTH_LIMIT : MUTANT_HEALTH_LIMIT).toNanos();
        AssertionError problem = unhealthy(cluster);
        while (problem != null && System.nanoTime() < deadline) {
            problem = unhealthy(cluster);
        }
        if (problem != null) {
            ownVerdicts.add(Verdict.invalid(
                    "recovery", "nodes that run again", List.of("not whole again: " + problem.getMessage())));
            ownVerdicts.addAll(ended(cluster));
        }
        history.phase(HistoryLine.Phase.FINAL_READS);
    }

    /** Nodes that ended by themselves although nothing harms them any more: no busy machine brings that about. */
    private List<Verdict> ended(FaultCluster cluster) {
        List<String> ended = healthy(cluster).stream()
                .filter(node -> !cluster.node(node).isAlive())
                .map(node -> FaultCluster.name(node) + " ended with exit code "
                        + cluster.node(node).exitCode() + ", see its last log")
                .toList();
        return ended.isEmpty() ? List.of() : List.of(Verdict.invalid("survival", "nodes that stay", ended));
    }

    /** What is wrong with the nodes that should run, after a few seconds' wait; null where nothing is. */
    private @Nullable AssertionError unhealthy(FaultCluster cluster) throws InterruptedException {
        try {
            cluster.awaitHealth(healthy(cluster), HEALTH_LOOK);
            return null;
        } catch (AssertionError e) {
            return e;
        }
    }

    /** The nodes that run; notes those that refuse to for being damaged. */
    private List<Integer> healthy(FaultCluster cluster) {
        boolean mayRefuse = cell.faults().stream().anyMatch(FaultKind::mayDisable);
        List<Integer> healthy = new ArrayList<>();
        for (int node : everyNode()) {
            boolean refused =
                    !cluster.node(node).isAlive() && cluster.node(node).exitCode() == CORRUPTION;
            if (!(refused && mayRefuse)) {
                healthy.add(node);
            } else if (!down.contains(FaultCluster.name(node))) {
                down.add(FaultCluster.name(node));
            }
        }
        return healthy;
    }

    private void finish(FaultCluster cluster, HistoryRecorder history, Watching watching)
            throws IOException, InterruptedException {
        List<Integer> nodes = healthy(cluster);
        Worker last = worker(cluster, history, 3);
        last.goTo(nodes.get(0));
        load.finalReads(last);
        long revision = 0;
        for (int node : nodes) {
            last.goTo(node);
            Worker.Result read = last.callNow(new StoreRequest.Range(KeyRange.ALL), PATIENT);
            if (read.isOk()) {
                revision = Math.max(revision, read.range().revision());
            } else {
                ownVerdicts.add(Verdict.invalid(
                        "final-reads",
                        "a read from every node",
                        List.of(FaultCluster.name(node) + ": " + read.failure())));
            }
        }
        for (int node : nodes) {
            last.goTo(node);
            last.callNow(new StoreRequest.Range(KeyRange.ALL, 0, 0, true, false), PATIENT);
            last.goTo(node);
            last.callNow(new StoreRequest.HashKv(revision), PATIENT);
        }
        long settleSeconds = mutant == null ? SETTLE_SECONDS : MUTANT_SETTLE_SECONDS;
        if (watching.settle(nodes, revision, settleSeconds)) {
            history.phase(HistoryLine.Phase.SETTLED);
        } else {
            ownVerdicts.add(Verdict.invalid(
                    "settling",
                    "watches that tell of everything",
                    List.of("after " + settleSeconds + " s some watch had not told of revision " + revision)));
        }
        watching.leave();
    }

    private Result judge(History history, RunFolder left) {
        CheckerSuite suite = CheckerSuite.of(
                cell.workload(),
                new CheckerSuite.Settings(
                        cell.nodes() - down.size(),
                        BankLoad.accounts(),
                        BankLoad.TOTAL,
                        LEASE_BOUND_NANOS,
                        SEARCH_NANOS_MAX));
        List<Pattern> expected = cell.faults().stream()
                .flatMap(fault -> fault.expectedInLogs().stream())
                .toList();
        List<Verdict> verdicts = new ArrayList<>(ownVerdicts);
        verdicts.addAll(suite.check(history, left.logs(), expected));
        return new Result(
                cell,
                verdicts,
                count(history, Outcome.OK),
                count(history, Outcome.FAIL),
                count(history, Outcome.INFO),
                faults,
                down,
                folder);
    }

    private static long count(History history, Outcome outcome) {
        return history.storeOperations()
                .filter(operation -> operation.outcome() == outcome)
                .count();
    }

    private List<Integer> everyNode() {
        return IntStream.range(0, cell.nodes()).boxed().toList();
    }

    private Random random(int part) {
        return new Random(cell.seed() * 1_000 + part);
    }

    private Worker worker(FaultCluster cluster, HistoryRecorder history, int part) {
        return new Worker(history, cluster, random(part), CALL_LIMIT);
    }

    private List<KeyRange> ranges() {
        return switch (cell.workload()) {
            case REGISTER, MEMBERSHIP -> List.of(KeyRange.prefix("register/"), KeyRange.prefix("register/1"));
            case SET -> List.of(KeyRange.prefix("set/"));
            case APPEND -> List.of(KeyRange.prefix("list/"), KeyRange.single("list/0-1"));
            case BANK -> List.of(KeyRange.prefix("bank/"), KeyRange.single("bank/account-1"));
            case KUBERNETES -> List.of(KeyRange.prefix("/registry/pods/"), KeyRange.prefix("/registry/pods/01"));
            case WATCH ->
                List.of(
                        KeyRange.ALL,
                        KeyRange.prefix("watched/"),
                        KeyRange.prefix("watched/0"),
                        KeyRange.single("watched/03"));
            case LEASE -> List.of(KeyRange.prefix("leased/"));
            case LOCK -> List.of(KeyRange.prefix("lock/"), KeyRange.single("lock/1"));
        };
    }
}

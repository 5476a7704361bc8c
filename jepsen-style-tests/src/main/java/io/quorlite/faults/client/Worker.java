package io.quorlite.faults.client;

import io.grpc.StatusRuntimeException;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.HistoryRecorder;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WorkloadRequest;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One sequential client: at most one call outstanding, each written down before it is sent and after it has ended. After an
 * unknown outcome it goes on under a new process number, at another node. Used by one thread.
 */
public final class Worker {
    private static final int REST_MILLIS_MAX = 200;

    private final HistoryRecorder history;
    private final Cluster cluster;
    private final Random random;
    private final Duration deadline;
    private int node;
    private int process;
    private int workloadProcess = -1;

    /** The clients of a cluster's nodes, by number. */
    public interface Cluster {
        int size();

        NodeClient client(int node);

        /** Waits for this worker's turn, so that all together do not ask too fast. */
        void awaitTurn() throws InterruptedException;
    }

    /** What became of a call: an answer, or the reason that there is none. */
    public record Result(
            Outcome outcome,
            @Nullable Response response,
            @Nullable Failure failure) {
        public boolean isOk() {
            return outcome == Outcome.OK;
        }

        public boolean isInfo() {
            return outcome == Outcome.INFO;
        }

        /** The answer of a call that is ok. */
        public Response answer() {
            if (response == null) {
                throw new IllegalStateException("no answer: " + this);
            }
            return response;
        }

        public Response.RangeResult range() {
            return (Response.RangeResult) answer();
        }

        public Response.TxnResult txn() {
            return (Response.TxnResult) answer();
        }
    }

    public Worker(HistoryRecorder history, Cluster cluster, Random random, Duration deadline) {
        this.history = history;
        this.cluster = cluster;
        this.random = random;
        this.deadline = deadline;
        this.node = random.nextInt(cluster.size());
        this.process = history.newProcess();
    }

    public Random random() {
        return random;
    }

    public String nodeName() {
        return cluster.client(node).node();
    }

    /** The number of the node that the next call goes to. */
    public int node() {
        return node;
    }

    /** Sends the following calls to {@code node}, until one of them goes wrong. */
    public void goTo(int node) {
        this.node = node;
    }

    /** One call, when it is this worker's turn. */
    public Result call(StoreRequest request) throws InterruptedException {
        cluster.awaitTurn();
        Result result = callNow(request, deadline);
        if (result.failure() != null && result.failure().kind() == Failure.Kind.REFUSED) {
            TimeUnit.MILLISECONDS.sleep(
                    random.nextInt(REST_MILLIS_MAX)); // a node that is down says so at once, again and again
        }
        return result;
    }

    /** One call, at once. */
    public Result callNow(StoreRequest request, Duration limit) {
        NodeClient client = cluster.client(node);
        history.invoked(process, client.node(), request);
        try {
            Response response = client.call(request, limit);
            history.ok(process, response);
            return new Result(Outcome.OK, response, null);
        } catch (StatusRuntimeException e) {
            return ended(Ending.of(request, e));
        }
    }

    /** An operation of a workload begins; the calls that it is made of follow. */
    public void begin(WorkloadRequest request) {
        if (workloadProcess < 0) {
            workloadProcess = history.newProcess();
        }
        history.invoked(workloadProcess, nodeName(), request);
    }

    /** The workload's operation took effect. */
    public void succeed(Response response) {
        history.ok(workloadProcess, response);
    }

    /** The workload's operation took no effect. */
    public void fail(String why) {
        history.failed(workloadProcess, new Failure(Failure.Kind.REFUSED, why));
    }

    /** The workload's operation may have taken effect. */
    public void lose(String why) {
        history.unknown(workloadProcess, new Failure(Failure.Kind.NO_ANSWER, why));
        workloadProcess = -1;
    }

    /** The workload's operation did not succeed, for a call of it that ended so. */
    public void endLike(Result call) {
        String why = call.failure() == null ? "" : call.failure().message();
        if (call.isInfo()) {
            lose(why);
        } else {
            fail(why);
        }
    }

    private Result ended(Ending ending) {
        boolean unknown = ending.outcome() == Outcome.INFO;
        if (unknown) {
            history.unknown(process, ending.failure());
            process = history.newProcess();
        } else {
            history.failed(process, ending.failure());
        }
        if (unknown
                || ending.failure().kind() == Failure.Kind.NO_ANSWER
                || ending.failure().kind() == Failure.Kind.REFUSED) {
            node = random.nextInt(cluster.size());
        }
        return new Result(ending.outcome(), null, ending.failure());
    }
}

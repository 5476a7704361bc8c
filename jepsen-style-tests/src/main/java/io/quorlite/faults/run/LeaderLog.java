package io.quorlite.faults.run;

import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.faults.cluster.FaultCluster;
import io.quorlite.faults.history.HistoryRecorder;

/** Writes down who leads in which term, as the members say it. One thread uses it. */
final class LeaderLog {
    private final FaultCluster cluster;
    private final HistoryRecorder history;
    private long newestTerm;

    LeaderLog(FaultCluster cluster, HistoryRecorder history) {
        this.cluster = cluster;
        this.history = history;
    }

    void look() {
        for (int node = 0; node < cluster.size(); node++) {
            StatusResponse status = cluster.node(node).isAlive() ? cluster.status(node) : null;
            if (status != null
                    && status.getLeader() == status.getHeader().getMemberId()
                    && status.getRaftTerm() > newestTerm) {
                newestTerm = status.getRaftTerm();
                history.leader(FaultCluster.name(node), newestTerm);
            }
        }
    }
}

package io.quorlite.faults.run;

import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.faults.cluster.FaultCluster;
import io.quorlite.faults.history.HistoryRecorder;
import java.util.HashSet;
import java.util.Set;

/** Writes down who leads in which term, as the members say it, every such pair once. One thread uses it. */
final class LeaderLog {
    private final FaultCluster cluster;
    private final HistoryRecorder history;
    private final Set<String> seen = new HashSet<>();

    LeaderLog(FaultCluster cluster, HistoryRecorder history) {
        this.cluster = cluster;
        this.history = history;
    }

    void look() {
        for (int node = 0; node < cluster.size(); node++) {
            StatusResponse status = cluster.node(node).isAlive() ? cluster.status(node) : null;
            if (status != null
                    && status.getLeader() == status.getHeader().getMemberId()
                    && seen.add(node + " " + status.getRaftTerm())) {
                history.leader(FaultCluster.name(node), status.getRaftTerm());
            }
        }
    }
}

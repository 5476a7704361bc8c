package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorlite.etcd.proto.kv.KeyValue;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must hold of a cluster that is whole again. */
final class ClusterFacts {
    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[] {0});

    private ClusterFacts() {}

    /** Waits until every member is at the same revision and returns it. */
    static long awaitSameRevision(ProcessCluster cluster) throws InterruptedException {
        long newest = everything(cluster, cluster.leader(), false).getHeader().getRevision();
        for (int i = 0; i < cluster.size(); i++) {
            int member = i;
            Waiting.until(
                    cluster.node(i).name() + " at revision " + newest,
                    Duration.ofSeconds(60),
                    () -> cluster.status(member).getHeader().getRevision() >= newest);
        }
        return newest;
    }

    static void allHashesAgree(ProcessCluster cluster, long revision) {
        List<Integer> hashes = new ArrayList<>();
        for (int i = 0; i < cluster.size(); i++) {
            hashes.add(cluster.hash(i, revision).getHash());
        }
        assertThat(hashes).as("hash of each member at revision " + revision).containsOnly(hashes.get(0));
    }

    /** Every acknowledged write is on every member, at the revision that was acknowledged. */
    static void nothingAcknowledgedIsLost(ProcessCluster cluster, Map<String, Long> acknowledged) {
        for (int i = 0; i < cluster.size(); i++) {
            Map<String, Long> stored = modRevisions(cluster, i);
            Map<String, Long> lost = new TreeMap<>(acknowledged);
            lost.entrySet().removeIf(write -> write.getValue().equals(stored.get(write.getKey())));
            assertThat(lost)
                    .as("acknowledged writes that " + cluster.node(i).name() + " does not have")
                    .isEmpty();
        }
    }

    /** Where each write puts one key of its own, every revision from 2 on belongs to exactly one key. */
    static void revisionsHaveNoGap(ProcessCluster cluster, long newest) {
        for (int i = 0; i < cluster.size(); i++) {
            List<Long> revisions =
                    modRevisions(cluster, i).values().stream().sorted().toList();
            for (int at = 0; at < revisions.size(); at++) {
                assertThat(revisions.get(at)).as("revision in place " + at).isEqualTo(at + 2L);
            }
            assertThat(revisions).hasSize((int) newest - 1);
        }
    }

    private static Map<String, Long> modRevisions(ProcessCluster cluster, int member) {
        Map<String, Long> found = new TreeMap<>();
        for (KeyValue kv : everything(cluster, member, true).getKvsList()) {
            found.put(kv.getKey().toStringUtf8(), kv.getModRevision());
        }
        return found;
    }

    private static RangeResponse everything(ProcessCluster cluster, int member, boolean serializable) {
        return cluster.kv(member)
                .range(RangeRequest.newBuilder()
                        .setKey(EVERYTHING)
                        .setRangeEnd(EVERYTHING)
                        .setKeysOnly(true)
                        .setSerializable(serializable)
                        .build());
    }
}

package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.datastore.DatastoreException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbesTest {
    private final FakeProbeSource source = new FakeProbeSource();
    private final Probes probes = new Probes(source, "3.6.8", "3.6.0");

    @Test
    void saysHealthyInEtcdsWords() {
        assertThat(get("/health")).isEqualTo(ProbeReply.plain("{\"health\":\"true\",\"reason\":\"\"}"));
    }

    @Test
    void saysWhyNotHealthy() {
        source.leader = false;
        assertThat(get("/health"))
                .isEqualTo(ProbeReply.error(503, "{\"health\":\"false\",\"reason\":\"RAFT NO LEADER\"}"));

        source.alarms = List.of("NOSPACE");
        assertThat(get("/health"))
                .isEqualTo(ProbeReply.error(503, "{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}"));
        assertThat(get("/health", Map.of("exclude", List.of("NOSPACE"))).body()).contains("RAFT NO LEADER");

        source.alarms = List.of();
        source.leader = true;
        source.linearizableFailure = new DatastoreException(DatastoreException.Kind.TIMEOUT, "");
        assertThat(get("/health"))
                .isEqualTo(ProbeReply.error(
                        503, "{\"health\":\"false\",\"reason\":\"RANGE ERROR:etcdserver: request timed out\"}"));
    }

    @Test
    void asksTheNodeAloneWhereSerializableIsEnough() {
        source.leader = false;
        source.linearizableFailure = new DatastoreException(DatastoreException.Kind.NO_LEADER, "");

        assertThat(get("/health", Map.of("serializable", List.of("true"))).status())
                .isEqualTo(200);
        assertThat(get("/livez")).isEqualTo(ProbeReply.ok("ok\n"));
    }

    @Test
    void listsTheChecksWhereAskedTo() {
        assertThat(get("/readyz")).isEqualTo(ProbeReply.ok("ok\n"));
        assertThat(get("/readyz", Map.of("verbose", List.of("")))).isEqualTo(ProbeReply.ok("""
                        [+]data_corruption ok
                        [+]serializable_read ok
                        [+]linearizable_read ok
                        [+]non_learner ok
                        ok
                        """));
    }

    @Test
    void listsTheChecksWhereOneFails() {
        source.linearizableFailure = new DatastoreException(DatastoreException.Kind.NO_LEADER, "");

        assertThat(get("/readyz")).isEqualTo(ProbeReply.error(503, """
                        [+]data_corruption ok
                        [+]serializable_read ok
                        [-]linearizable_read failed: etcdserver: no leader
                        [+]non_learner ok
                        """));
        assertThat(get("/readyz", Map.of("exclude", List.of("linearizable_read", "no_such_check"))))
                .isEqualTo(ProbeReply.ok("ok\n"));
    }

    @Test
    void answersForOneCheck() {
        source.learner = true;
        source.alarms = List.of("CORRUPT");

        assertThat(get("/readyz/non_learner"))
                .isEqualTo(ProbeReply.error(503, "[-]non_learner failed: not supported for learner\n"));
        assertThat(get("/readyz/data_corruption"))
                .isEqualTo(ProbeReply.error(503, "[-]data_corruption failed: alarm activated: CORRUPT\n"));
        assertThat(get("/readyz/linearizable_read")).isEqualTo(ProbeReply.ok("ok\n"));
        assertThat(get("/livez/linearizable_read").status()).isEqualTo(404);
    }

    @Test
    void saysItsVersion() {
        assertThat(get("/version"))
                .isEqualTo(
                        ProbeReply.json("{\"etcdserver\":\"3.6.8\",\"etcdcluster\":\"3.6.0\",\"storage\":\"3.6.0\"}"));
    }

    @Test
    void takesGetAlone() {
        for (String path : List.of("/health", "/livez", "/readyz", "/readyz/non_learner", "/version")) {
            ProbeReply reply = probes.answer("POST", path, Map.of()).join();
            assertThat(reply.status()).isEqualTo(405);
            assertThat(reply.allow()).isEqualTo("GET");
        }
    }

    @Test
    void knowsNoOtherPath() {
        assertThat(get("/nothing")).isEqualTo(ProbeReply.error(404, "404 page not found"));
    }

    private ProbeReply get(String path) {
        return get(path, Map.of());
    }

    private ProbeReply get(String path, Map<String, List<String>> query) {
        return probes.answer("GET", path, query).join();
    }
}

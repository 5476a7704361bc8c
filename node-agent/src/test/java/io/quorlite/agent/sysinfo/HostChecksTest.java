package io.quorlite.agent.sysinfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.sysinfo.Finding.Verdict;
import io.quorlite.replication.PeerAddress;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {
    @TempDir
    Path folder;

    @Test
    void aDiskThatIsBusyOnceIsNoReasonNotToStart() {
        HostChecks asked = new HostChecks(folder, List.of(), false);
        HostChecks starting = HostChecks.beforeStart(folder, List.of());

        assertThat(asked.fsync(9.9).verdict()).isEqualTo(Verdict.PASS);
        assertThat(asked.fsync(10.1).verdict()).isEqualTo(Verdict.WARN);
        assertThat(asked.fsync(101).verdict()).isEqualTo(Verdict.REJECT);
        assertThat(new HostChecks(folder, List.of(), true).fsync(101).verdict()).isEqualTo(Verdict.WARN);
        assertThat(starting.fsync(101).verdict()).isEqualTo(Verdict.WARN);
        assertThat(starting.fsync(101).value()).isEqualTo("p99 101.0 ms > 100 ms");
    }

    @Test
    void aPortThatIsTakenIs() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            PeerAddress port = new PeerAddress("127.0.0.1", taken.getLocalPort());

            assertThat(HostChecks.beforeStart(folder, List.of(port)).run())
                    .filteredOn(finding -> finding.verdict() == Verdict.REJECT)
                    .extracting(Finding::name)
                    .contains("port " + port.port());
        }
        try (var left = Files.list(folder)) {
            assertThat(left).as("files of the checks").isEmpty();
        }
    }
}

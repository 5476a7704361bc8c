package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpLiteralTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.11, 10.0.0.11",
        "FD00:0:0:0:0:0:0:11, fd00::11",
        "::, ::",
        "::1, ::1",
        "2001:db8:0:0:1:0:0:0, 2001:db8:0:0:1::",
        "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0",
        "fe80::1:0:0:2, fe80::1:0:0:2",
        "N1.Example, n1.example"
    })
    void hasOneUsualForm(String written, String usual) {
        assertThat(IpLiteral.normal(written)).isEqualTo(usual);
    }

    @ParameterizedTest
    @ValueSource(strings = {"256.0.0.1", "10.0.0", "n1", "1.2.3.4.5", ":", "1:2", "fe80::1%eth0", "a.b"})
    void tellsNamesFromAddresses(String name) {
        assertThat(IpLiteral.parse(name)).isEmpty();
    }

    @Test
    void readsAnEmbeddedIpv4AddressAsOne() {
        assertThat(IpLiteral.normal("::ffff:10.0.0.1")).isEqualTo("10.0.0.1");
    }
}

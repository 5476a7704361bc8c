package io.quorlite.agent.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.mvcc.Bytes;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.Role;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JoinTokenTest {
    private static final SpkiPin PIN = new SpkiPin(Bytes.wrap(bytes(SpkiPin.LENGTH, 0x3f)));
    private static final JoinToken THREE_ENDPOINTS = new JoinToken(
            0xc1f277aa12345678L,
            TokenId.parse("k3x9q2"),
            TokenSecret.of(bytes(TokenSecret.LENGTH, 0x5a)),
            List.of(PIN),
            null,
            Instant.parse("2026-11-21T12:00:00Z"),
            List.of(
                    new PeerAddress("10.0.0.11", 2382),
                    new PeerAddress("fd00::11", 2382),
                    new PeerAddress("n1.example", 2382)));

    @Test
    void isOneShortWordThatNoShellChanges() {
        assertThat(THREE_ENDPOINTS.text())
                .startsWith("nat1_")
                .matches("[A-Za-z0-9_-]+")
                .hasSizeBetween(110, 160);
    }

    @Property(tries = 300)
    void comesBackAsItWas(@ForAll("tokens") JoinToken token) {
        assertThat(JoinToken.parse(token.text())).isEqualTo(token);
    }

    @Test
    void doesNotMindTheLineBreaksOfATerminal() {
        String text = THREE_ENDPOINTS.text();

        assertThat(JoinToken.parse("  " + text.substring(0, 60) + "\n  " + text.substring(60) + "\n"))
                .isEqualTo(THREE_ENDPOINTS);
    }

    @Property(tries = 100)
    void saysHowMuchOfItIsMissing(@ForAll("tokens") JoinToken token, @ForAll("fractions") double kept) {
        String text = token.text();
        int length = Math.min(text.length() - 1, 9 + (int) (kept * (text.length() - 9)));

        assertThatThrownBy(() -> JoinToken.parse(text.substring(0, length)))
                .isInstanceOf(MalformedTokenException.class)
                .hasMessageStartingWith("Token is incomplete: " + (text.length() - length) + " character")
                .hasMessageEndingWith("missing at the end");
    }

    @Test
    void saysThatOnlyTheBeginningIsThere() {
        for (int length = JoinToken.PREFIX.length(); length < 9; length++) {
            String cut = THREE_ENDPOINTS.text().substring(0, length);
            assertThatThrownBy(() -> JoinToken.parse(cut)).hasMessageContaining("only its beginning is there");
        }
    }

    @Test
    void refusesEverySingleChangedCharacterWithoutRepeatingTheToken() {
        String text = THREE_ENDPOINTS.text();

        for (int i = JoinToken.PREFIX.length(); i < text.length() - 1; i++) {
            String changed = text.substring(0, i) + (text.charAt(i) == 'A' ? 'B' : 'A') + text.substring(i + 1);
            assertThatThrownBy(() -> JoinToken.parse(changed))
                    .isInstanceOf(MalformedTokenException.class)
                    .message()
                    .doesNotContain(text.substring(20, 40));
        }
    }

    @Test
    void tellsATokenOfALaterVersionFromSomethingElse() {
        assertThatThrownBy(() -> JoinToken.parse("nat2_AAAA")).hasMessageContaining("this version does not know");
        assertThatThrownBy(() -> JoinToken.parse("K10abc::server:x")).hasMessageContaining("not a join token");
        assertThatThrownBy(() -> JoinToken.parse(" ")).hasMessageContaining("empty");
        assertThatThrownBy(() -> JoinToken.parse(THREE_ENDPOINTS.text() + "AA")).hasMessageContaining("longer");
    }

    @Test
    void readsTheFormOfHostTokenAndPin() {
        PeerAddress endpoint = new PeerAddress("fd00::11", 2382);

        JoinToken read = JoinToken.parse(THREE_ENDPOINTS.plainText(endpoint));

        assertThat(read.id()).isEqualTo(THREE_ENDPOINTS.id());
        assertThat(read.secret()).isEqualTo(THREE_ENDPOINTS.secret());
        assertThat(read.pins()).containsExactly(PIN);
        assertThat(read.endpoints()).containsExactly(endpoint);
        assertThat(read.clusterId()).isZero();
    }

    @Test
    void refusesThatFormWithoutTheWholePin() {
        String text = THREE_ENDPOINTS.plainText(new PeerAddress("n1", 2382));

        assertThatThrownBy(() -> JoinToken.parse(text.substring(0, text.length() - 12)))
                .hasMessage("Token is incomplete: 12 characters are missing at the end");
        assertThatThrownBy(() -> JoinToken.parse("n1:2382/k3x9q2/sha256:" + PIN.hex()))
                .hasMessageContaining("host:port/id.secret/sha256:");
    }

    @Test
    void showsItsIdAndNeverItsSecret() {
        JoinToken drawn = JoinToken.draw(
                new SecureRandom(), 1, List.of(PIN), Role.SPARE, Instant.EPOCH, THREE_ENDPOINTS.endpoints());

        assertThat(drawn.toString())
                .contains(drawn.id().toString())
                .doesNotContain(drawn.secret().text());
        assertThat(drawn.secret().toString()).doesNotContain(drawn.secret().text());
        assertThat(drawn.secret().matches(drawn.secret().sha256())).isTrue();
        assertThat(THREE_ENDPOINTS.secret().matches(drawn.secret().sha256())).isFalse();
        assertThat(THREE_ENDPOINTS.id()).hasToString("k3x9q2");
    }

    @Test
    void refusesIdsThatAreNone() {
        for (String text : List.of("", "k3x9q", "k3x9q22", "k3x9ql", "K3X9Q2")) {
            assertThatThrownBy(() -> TokenId.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Provide
    Arbitrary<Double> fractions() {
        return Arbitraries.doubles().between(0, 1);
    }

    @Provide
    Arbitrary<JoinToken> tokens() {
        Arbitrary<SpkiPin> pins =
                Arbitraries.bytes().array(byte[].class).ofSize(SpkiPin.LENGTH).map(b -> new SpkiPin(Bytes.wrap(b)));
        Arbitrary<TokenSecret> secrets = Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(TokenSecret.LENGTH)
                .map(TokenSecret::of);
        Arbitrary<String> hosts = Arbitraries.oneOf(
                Arbitraries.of("fd00::11", "::1", "2001:db8::", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "10.0.0.255"),
                Arbitraries.strings()
                        .withCharRange('a', 'z')
                        .withChars("-.")
                        .ofMinLength(1)
                        .ofMaxLength(253));
        Arbitrary<PeerAddress> endpoints = Combinators.combine(
                        hosts, Arbitraries.integers().between(1, 65535))
                .as(PeerAddress::new);
        return Combinators.combine(
                        Arbitraries.longs(),
                        Arbitraries.integers().between(0, (1 << 30) - 1).map(TokenId::new),
                        secrets,
                        pins.list().ofMinSize(1).ofMaxSize(JoinToken.PINS_MAX),
                        Arbitraries.of(Role.class).injectNull(0.25),
                        Arbitraries.longs().between(0, 0xffff_ffffL).map(Instant::ofEpochSecond),
                        endpoints.list().ofMinSize(1).ofMaxSize(JoinToken.ENDPOINTS_MAX))
                .as(JoinToken::new);
    }

    private static byte[] bytes(int length, int first) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }
}

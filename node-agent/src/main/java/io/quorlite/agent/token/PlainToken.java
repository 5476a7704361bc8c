package io.quorlite.agent.token;

import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.replication.PeerAddress;
import java.time.Instant;
import java.util.List;

/** The form {@code host:port/id.secret/sha256:<64 hexadecimal digits>}. */
final class PlainToken {
    private static final String EXPECTED = "host:port/id.secret/sha256:<64 hexadecimal digits>";

    private PlainToken() {}

    static String format(JoinToken token, PeerAddress endpoint) {
        return endpoint + "/" + token.id() + "." + token.secret().text() + "/"
                + token.pins().get(0);
    }

    static JoinToken parse(String text) {
        String[] parts = text.split("/", -1);
        int dot = parts.length == 3 ? parts[1].indexOf('.') : -1;
        if (dot < 0) {
            throw new MalformedTokenException("The token is not of the form " + EXPECTED);
        }
        String pin = parts[2];
        int missing = "sha256:".length() + 2 * SpkiPin.LENGTH - pin.length();
        if (missing > 0) {
            throw new MalformedTokenException("Token is incomplete: " + missing + " characters are missing at the end");
        }
        try {
            return new JoinToken(
                    0,
                    TokenId.parse(parts[1].substring(0, dot)),
                    TokenSecret.parse(parts[1].substring(dot + 1)),
                    List.of(SpkiPin.parse(pin)),
                    null,
                    Instant.EPOCH,
                    List.of(PeerAddress.parse(parts[0])));
        } catch (IllegalArgumentException e) {
            throw new MalformedTokenException("The token is not of the form " + EXPECTED + ": " + e.getMessage());
        }
    }
}

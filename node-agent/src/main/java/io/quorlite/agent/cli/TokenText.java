package io.quorlite.agent.cli;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.agent.token.JoinToken;
import io.quorlite.agent.token.MalformedTokenException;

/** Reads tokens as people paste them. */
final class TokenText {
    private TokenText() {}

    static JoinToken parse(String text) {
        try {
            return JoinToken.parse(text);
        } catch (MalformedTokenException e) {
            throw new Refusal(ExitCode.TOKEN, "TOKEN_MALFORMED", String.valueOf(e.getMessage()), "");
        }
    }
}

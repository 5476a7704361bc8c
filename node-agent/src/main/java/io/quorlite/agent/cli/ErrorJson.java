package io.quorlite.agent.cli;

import io.quorlite.agent.admin.ErrorReply;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.refusal.Refusal;

/** A failure as programs read it, on standard error. */
final class ErrorJson {
    private ErrorJson() {}

    static String of(Refusal refusal) {
        return Json.write(ErrorReply.of(refusal));
    }
}

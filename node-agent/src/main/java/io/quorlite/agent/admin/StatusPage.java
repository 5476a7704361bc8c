package io.quorlite.agent.admin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The read-only page at {@code /ui}: one file, which asks {@code /v1/status} and shows it. */
final class StatusPage {
    private StatusPage() {}

    static AdminReply reply() throws IOException {
        try (InputStream page = StatusPage.class.getResourceAsStream("ui.html")) {
            if (page == null) {
                throw new IOException("the page is not in this build");
            }
            return new AdminReply(
                    200, "text/html; charset=utf-8", new String(page.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}

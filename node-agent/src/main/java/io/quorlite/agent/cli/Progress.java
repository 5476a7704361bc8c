package io.quorlite.agent.cli;

import io.quorlite.agent.admin.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a command that takes time says as it goes: lines for a person, or one JSON object for each step. Not thread-safe. */
final class Progress {
    private static final int LABEL_WIDTH = 18;
    private static final long PLAIN_MILLIS = 5_000;

    private final OutputForm form;
    private final PrintWriter out;
    private final boolean interactive = Terminal.isInteractive();
    private boolean open;
    private long lastNanos;

    Progress(AgentCommand command) {
        this.form = command.global.output;
        this.out = command.out();
    }

    /** A step is done: {@code ✔ label   text}. */
    void done(String label, String text) {
        if (isSilent("done", label, text)) {
            return;
        }
        endLine();
        String pad = label.length() >= LABEL_WIDTH ? " " : " ".repeat(LABEL_WIDTH - label.length());
        out.println(Terminal.done() + label + (text.isEmpty() ? "" : pad + text));
        out.flush();
    }

    /** A step goes on: on a terminal one line that changes, else a line every five seconds. */
    void underWay(String phase, String text, long done, long total) {
        if (form.isMachine()) {
            if (due()) {
                Map<String, Object> step = new LinkedHashMap<>();
                step.put("type", "progress");
                step.put("phase", phase);
                step.put("done", done);
                step.put("total", total);
                out.println(Json.write(step));
                out.flush();
            }
        } else if (form != OutputForm.QUIET && interactive) {
            out.print("\r\u001b[K" + Terminal.underWay() + text);
            out.flush();
            open = true;
        } else if (form != OutputForm.QUIET && due()) {
            out.println(Terminal.underWay() + text);
            out.flush();
        }
    }

    private boolean due() {
        long now = System.nanoTime();
        if (lastNanos != 0 && now - lastNanos < PLAIN_MILLIS * 1_000_000) {
            return false;
        }
        lastNanos = now;
        return true;
    }

    private boolean isSilent(String type, String phase, String text) {
        if (form.isMachine()) {
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("type", type);
            step.put("phase", phase);
            step.put("text", text);
            out.println(Json.write(step));
            out.flush();
            return true;
        }
        return form == OutputForm.QUIET;
    }

    /** The last word, for a person. */
    void say(String text) {
        if (!form.isMachine() && form != OutputForm.QUIET) {
            endLine();
            out.println(text);
            out.flush();
        }
    }

    /** The result, for programs. */
    void result(String kind, Object value) {
        if (form.isMachine()) {
            Output.machine(out, form, kind, value);
            out.flush();
        }
    }

    void endLine() {
        if (open) {
            out.print("\r\u001b[K");
            open = false;
        }
    }
}

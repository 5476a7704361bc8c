package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to high availability and back, with the commands a user types. Ports are the usual ones, on addresses drawn by lot. */
class GoldenPathTest {
    private static final int OK = 0;
    private static final int NOT_RUNNING = 3;
    private static final int REFUSED = 5;
    private static final int TOKEN = 6;
    private static final int CONFLICT = 9;
    private static final int DEGRADED = 12;

    @TempDir
    Path folder;

    private String network = "";

    @BeforeEach
    void draw() {
        Random random = new Random();
        network = "127." + (10 + random.nextInt(200)) + "." + random.nextInt(250) + ".";
    }

    @AfterEach
    void stopWhatStillRuns() throws Exception {
        for (int i = 1; i <= 4; i++) {
            Path pid = directory(i).resolve("run/pid");
            if (Files.exists(pid)) {
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
        }
    }

    private Path directory(int node) {
        return folder.resolve("d" + node);
    }

    private Command command(int node, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data-dir", directory(node).toString()));
        return Command.run(Launcher.path(), folder, all.toArray(String[]::new));
    }

    private Command ok(int node, String... arguments) throws IOException, InterruptedException {
        Command done = command(node, arguments);
        assertThat(done.exitCode()).as(done.all()).isEqualTo(OK);
        return done;
    }

    private void initialise() throws Exception {
        ok(1, "init", "--name", "n1", "--advertise", network + "11");
    }

    private String token(int node) throws Exception {
        return ok(node, "add-node", "-o", "quiet").out().strip();
    }

    private Command join(int node, String token) throws Exception {
        return command(node, "join", token, "--name", "n" + node, "--advertise", network + (10 + node));
    }

    private void awaitStatus(int node, int exitCode) throws Exception {
        Waiting.until(
                "status to exit with " + exitCode,
                Duration.ofSeconds(60),
                () -> command(node, "status", "-o", "quiet").exitCode() == exitCode);
    }

    @Test
    void threeNodesFromNothingThatLoseOneAndGetItBack() throws Exception {
        initialise();
        assertThat(ok(1, "status").out()).contains("HA no (1 node, tolerates 0 failures)");
        assertThat(ok(1, "add-node").out())
                .contains("Run this on the new node (valid 1 h, once):", network + "11:2382");

        Command second = join(2, token(1));
        assertThat(second.exitCode()).as(second.all()).isEqualTo(OK);
        assertThat(second.out())
                .contains("promoted to voter", "HA: no (2 voters tolerate 0 failures). Add one more node.");
        Command third = join(3, token(2)); // any member gives tokens, and honours them
        assertThat(third.exitCode()).as(third.all()).isEqualTo(OK);
        assertThat(third.out()).contains("HA: yes (tolerates 1 failure)");

        ok(3, "status", "--wait", "ha", "--timeout", "60s");
        assertThat(ok(2, "members", "-o", "quiet").out()).isEqualTo("n1\nn2\nn3\n");
        assertThat(ok(3, "status", "-o", "json").out()).contains("\"ha\":true", "\"faultTolerance\":1");

        ok(2, "stop");
        awaitStatus(1, DEGRADED);
        Command unsafe = command(1, "remove-node", "n3", "--yes");
        assertThat(unsafe.exitCode()).as(unsafe.all()).isEqualTo(REFUSED);
        assertThat(unsafe.err()).contains("Refused: removing n3 would leave 1 of 2 needed voters alive. Bring n2 back");
        assertThat(command(2, "status").exitCode()).isEqualTo(NOT_RUNNING);

        ok(2, "start");
        awaitStatus(1, OK);
        assertThat(ok(1, "move-leader", "n3").out()).contains("to n3");
    }

    @Test
    void aNodeLeavesAndComesBackUnderItsNameButNotWithItsOldData() throws Exception {
        initialise();
        assertThat(join(2, token(1)).exitCode()).isEqualTo(OK);
        assertThat(join(3, token(1)).exitCode()).isEqualTo(OK);

        assertThat(ok(2, "leave", "--yes").out()).contains("n2 left cluster", "Its data stays in");
        assertThat(ok(1, "members", "-o", "quiet").out()).isEqualTo("n1\nn3\n");

        String token = token(1);
        Command refused = join(2, token);
        assertThat(refused.exitCode()).as(refused.all()).isEqualTo(CONFLICT);
        assertThat(refused.err()).contains("Use --reset to move it to");
        Command again = command(2, "join", token, "--reset", "--name", "n2", "--advertise", network + "12");
        assertThat(again.exitCode()).as(again.all()).isEqualTo(OK);
        assertThat(again.out()).contains("old data moved");
        assertThat(ok(1, "members", "-o", "quiet").out()).isEqualTo("n1\nn2\nn3\n");
    }

    @Test
    void whoIsNotLetInIsToldWhyAndLeavesNoTrace() throws Exception {
        initialise();
        String token = token(1);
        assertThat(join(2, token).exitCode()).isEqualTo(OK);

        Command used = join(3, token);
        assertThat(used.exitCode()).as(used.all()).isEqualTo(TOKEN);
        assertThat(used.err()).contains("was already used by n2");
        assertThat(directory(3)).doesNotExist();

        String other = token(1);
        String id = ok(1, "token", "inspect", other, "-o", "json").out().replaceAll("(?s).*\"id\":\"(\\w+)\".*", "$1");
        Command taken = command(3, "join", other, "--name", "n2", "--advertise", network + "13");
        assertThat(taken.exitCode()).as(taken.all()).isEqualTo(CONFLICT);
        assertThat(taken.err()).contains("The name n2 is taken");
        ok(1, "token", "revoke", id);
        assertThat(join(3, other).err()).contains("was revoked");
        assertThat(join(3, other.substring(0, other.length() - 12)).exitCode()).isEqualTo(TOKEN);

        assertThat(ok(1, "members", "-o", "quiet").out()).isEqualTo("n1\nn2\n");
        Command last = command(2, "remove-node", "n1", "--yes");
        assertThat(last.exitCode()).as(last.all()).isEqualTo(OK);
        Command only = command(2, "leave", "--yes");
        assertThat(only.exitCode()).as(only.all()).isEqualTo(REFUSED);
        assertThat(only.err()).contains("This node holds the only copy of the data");
    }
}

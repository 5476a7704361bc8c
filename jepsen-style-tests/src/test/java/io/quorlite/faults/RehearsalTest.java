package io.quorlite.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher has recorded for its archive of classes. A part of it that failed would only make starts slow, and nobody would see why. */
class RehearsalTest {
    @TempDir
    Path folder;

    @Test
    void nodesAndCommandsGetThroughAllOfIt() throws Exception {
        Command rehearsal = Command.run(Launcher.path(), folder, "warm-up", "--rehearse", folder.toString());

        assertThat(rehearsal.exitCode()).as(rehearsal.all()).isZero();
        assertThat(rehearsal.all()).contains("newcomer has joined", "node alone stops");
    }
}

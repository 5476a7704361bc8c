package io.quorlite.agent.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.quorlite.agent.admin.RunningConfiguration.Change;
import io.quorlite.agent.admin.RunningConfiguration.State;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunningConfigurationTest {
    @TempDir
    Path folder;

    private final List<String> levels = new ArrayList<>();
    private RunningConfiguration running;

    @BeforeEach
    void start() throws IOException {
        write("log: {level: info}");
        running = new RunningConfiguration(
                load(), this::load, Map.of(Key.LOG_LEVEL, next -> levels.add(next.logLevel())));
    }

    private Configuration load() {
        return Configuration.load(Map.of(), Map.of(), folder.resolve("config.yaml"));
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("config.yaml"), text);
    }

    private String inForce(Key key) {
        return Objects.requireNonNull(running.settings().get(key)).text();
    }

    @Test
    void appliesWhatItCanAndNamesTheRestEachTime() throws Exception {
        assertThat(running.reload()).isEmpty();
        write("log: {level: debug}\nraft: {electionTimeout: 1s}");

        assertThat(running.reload())
                .extracting(Change::key, Change::value, Change::state)
                .containsExactlyInAnyOrder(
                        tuple("log.level", "debug", State.APPLIED),
                        tuple("raft.electionTimeout", "1s", State.NEEDS_RESTART));
        assertThat(levels).containsExactly("debug");
        assertThat(running.reload()).extracting(Change::key).containsExactly("raft.electionTimeout");
        assertThat(inForce(Key.LOG_LEVEL)).isEqualTo("debug");
        assertThat(inForce(Key.ELECTION_TIMEOUT))
                .as("in force until the restart")
                .isEqualTo("500ms");
    }

    @Test
    void keepsWhatItHasWhereTheFilesCannotBeRead() throws Exception {
        write("log: {levle: debug}");

        assertThatThrownBy(running::reload).isInstanceOf(Refusal.class).hasMessageContaining("did you mean");

        assertThat(levels).isEmpty();
        assertThat(inForce(Key.LOG_LEVEL)).isEqualTo("info");
    }
}

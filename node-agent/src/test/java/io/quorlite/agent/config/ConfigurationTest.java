package io.quorlite.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("config.yaml");
    }

    private void write(String name, String... lines) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.write(path, List.of(lines));
    }

    private Configuration load(Map<Key, String> options, Map<String, String> environment) {
        return Configuration.load(options, environment, file);
    }

    @Test
    void hasDefaultsWithoutAFile() {
        Configuration configuration = load(Map.of(), Map.of());

        assertThat(configuration.get(Key.VOTERS)).isEqualTo(new Setting("3", "default"));
        assertThat(configuration.duration(Key.ELECTION_TIMEOUT)).isEqualTo(Duration.ofMillis(500));
        assertThat(configuration.isSecured()).isFalse();
    }

    @Test
    void prefersOptionsToEnvironmentToDropInsToFileToDefaults() throws IOException {
        write(
                "config.yaml",
                "name: file",
                "storage: {quotaBytes: 1GiB}",
                "cluster: {voters: 5}",
                "raft: {snapshotEntries: 11}");
        write("config.d/10-a.yaml", "name: first", "storage: {quotaBytes: 2GiB}", "cluster: {voters: 7}");
        write("config.d/20-b.yaml", "name: second", "storage: {quotaBytes: 3GiB}");
        write("config.d/30.txt", "this is none");

        Configuration configuration =
                load(Map.of(Key.NAME, "option"), Map.of("NODE_AGENT_NAME", "env", "NODE_AGENT_QUOTA", "4GiB"));

        assertThat(configuration.get(Key.NAME)).isEqualTo(new Setting("option", "--name"));
        assertThat(configuration.get(Key.QUOTA)).isEqualTo(new Setting("4GiB", "NODE_AGENT_QUOTA"));
        assertThat(configuration.get(Key.VOTERS))
                .isEqualTo(new Setting("7", folder.resolve("config.d/10-a.yaml").toString()));
        assertThat(configuration.get(Key.SNAPSHOT_ENTRIES)).isEqualTo(new Setting("11", file.toString()));
        assertThat(configuration.get(Key.STANDBYS).origin()).isEqualTo("default");
        assertThat(load(Map.of(), Map.of()).text(Key.NAME)).isEqualTo("second");
    }

    @Test
    void saysWhichKeyWasMeant() throws IOException {
        write("config.yaml", "cluster: {failureDomian: rack-a}");

        assertThatThrownBy(() -> load(Map.of(), Map.of()))
                .isInstanceOf(Refusal.class)
                .hasMessage(file + ": unknown key 'cluster.failureDomian'; did you mean 'cluster.failureDomain'?")
                .satisfies(e -> assertThat(((Refusal) e).exitCode()).isEqualTo(ExitCode.USAGE));
    }

    @Test
    void refusesSectionsAndFormsThatItDoesNotKnow() throws IOException {
        write("config.yaml", "backup: {keep: 5}");
        assertThatThrownBy(() -> load(Map.of(), Map.of())).hasMessageContaining("unknown key 'backup'");

        write("config.yaml", "apiVersion: node-agent/v2");
        assertThatThrownBy(() -> load(Map.of(), Map.of())).hasMessageContaining("this version reads 'node-agent/v1'");

        write("config.yaml", "- just", "- a list");
        assertThatThrownBy(() -> load(Map.of(), Map.of())).hasMessageContaining("must be keys and values");

        write("config.yaml", "name: [open");
        assertThatThrownBy(() -> load(Map.of(), Map.of())).hasMessageContaining("is not valid YAML");
    }

    @Test
    void namesWhereABadValueCameFrom() throws IOException {
        write("config.yaml", "raft: {snapshotEntries: many}");

        assertThatThrownBy(() -> load(Map.of(), Map.of()).number(Key.SNAPSHOT_ENTRIES, 10))
                .hasMessage(file + ": raft.snapshotEntries: 'many' is not a whole number");
        assertThatThrownBy(() -> load(Map.of(), Map.of("NODE_AGENT_SNAPSHOT_ENTRIES", "3"))
                        .number(Key.SNAPSHOT_ENTRIES, 10))
                .hasMessage("NODE_AGENT_SNAPSHOT_ENTRIES: at least 10, not 3");
    }

    @Test
    void readsWhatItWrites() throws IOException {
        Map<Key, String> settings = new EnumMap<>(Key.class);
        settings.put(Key.API_VERSION, Configuration.API_VERSION);
        settings.put(Key.NAME, "no"); // YAML 1.1 would make it false
        settings.put(Key.LISTEN_CLIENT, "127.0.0.11:2379,[::1]:2379");
        settings.put(Key.ADVERTISE_HOST, "fd00::11");
        settings.put(Key.TLS_MODE, "auto");
        Files.writeString(file, ConfigFiles.write(settings));

        Configuration configuration = load(Map.of(), Map.of());

        settings.forEach((key, text) ->
                assertThat(configuration.text(key)).as(key.path()).isEqualTo(text));
        assertThat(configuration.texts(Key.LISTEN_CLIENT)).containsExactly("127.0.0.11:2379", "[::1]:2379");
    }

    @Test
    void theTemplateIsAValidFileOfDefaults() throws IOException {
        Files.writeString(file, ConfigFiles.template());

        Configuration configuration = load(Map.of(), Map.of());

        for (Key key : Key.values()) {
            assertThat(configuration.text(key)).as(key.path()).isEqualTo(key.defaultValue());
        }
    }

    @Test
    void saysDurationsAndSizesAsPeopleDo() {
        assertThat(Durations.words(Duration.ofHours(1))).isEqualTo("1 h");
        assertThat(Durations.words(Duration.ofMinutes(14).plusSeconds(3))).isEqualTo("14 min");
        assertThat(Durations.words(Duration.ofDays(365))).isEqualTo("365 d");
        assertThat(Durations.words(Duration.ofSeconds(4))).isEqualTo("4 s");
        assertThat(Durations.words(Duration.ofMillis(20))).isEqualTo("20 ms");
        assertThat(Sizes.words(1_234_567_890)).isEqualTo("1.2 GB");
        assertThat(Sizes.words(412_000_000)).isEqualTo("412 MB");
        assertThat(Sizes.words(28_672)).isEqualTo("29 kB");
    }

    @Test
    void aSocketsPathAlwaysFits() {
        DataFolder deep = new DataFolder(folder.resolve("d".repeat(100)));
        DataFolder other = new DataFolder(folder.resolve("e".repeat(100)));

        assertThat(new DataFolder(Path.of("/var/lib/node-agent")).adminSocket())
                .isEqualTo(Path.of("/var/lib/node-agent/run/admin.sock"));
        assertThat(deep.adminSocket().toString().length()).isLessThanOrEqualTo(107);
        assertThat(deep.adminSocket()).isNotEqualTo(other.adminSocket());
        assertThat(deep.adminSocket().getParent()).isEqualTo(deep.shortRunIfNeeded());
    }
}

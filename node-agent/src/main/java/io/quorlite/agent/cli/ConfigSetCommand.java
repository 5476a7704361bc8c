package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.admin.RunningConfiguration.Change;
import io.quorlite.agent.admin.RunningConfiguration.State;
import io.quorlite.agent.config.ConfigFiles;
import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.node.Background;
import io.quorlite.agent.node.NodeSettings;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code config set}: changes settings in a file of its own, and in the node where it runs and can take them. */
@Command(
        name = "set",
        description = {
            "Changes settings: at once where the node runs and they can be (log.level, storage.quotaBytes), else with"
                    + " its next start. Kept in config.d/90-set.yaml beside the configuration file.",
            "After changes of the files by hand: kill -HUP, or systemctl reload."
        })
final class ConfigSetCommand extends AgentCommand {
    /** What a node is; init and join settle it. */
    private static final Set<Key> SETTLED = Set.of(Key.API_VERSION, Key.NAME, Key.DATA_DIR, Key.TLS_MODE);

    /** What a cluster is like; its first node has recorded it for all. */
    private static final Set<Key> RECORDED = Set.of(Key.VOTERS, Key.STANDBYS);

    private static final Duration CALL = Duration.ofSeconds(30);

    @Mixin
    final ConfigFile options = new ConfigFile();

    @Parameters(arity = "1..*", paramLabel = "KEY=VALUE", description = "Such as log.level=debug; see: config default.")
    List<String> assignments = new ArrayList<>();

    /** What the node says. */
    record Reply(List<Change> changes) {}

    record Setting(String key, String value, String state) {}

    @Override
    ExitCode execute() throws Exception {
        DataFolder folder = folder();
        Path file = options.config == null ? folder.config() : options.config;
        Map<Key, String> wanted = parsed();
        Configuration next = Configuration.load(wanted, Map.of(), file);
        NodeSettings.of(next, folder.root(), "", "");
        ConfigFiles.set(file, wanted);
        Map<Key, String> states =
                new Background(folder).process().isPresent() ? running(folder, wanted) : stopped(wanted);
        show(wanted, states, ConfigFiles.dropInOfSet(file));
        return ExitCode.OK;
    }

    private Map<Key, String> parsed() {
        Map<Key, String> wanted = new EnumMap<>(Key.class);
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                throw new Refusal(ExitCode.USAGE, "'" + assignment + "' is not of the form key=value");
            }
            Key key = ConfigFiles.key(assignment.substring(0, equals).strip());
            if (SETTLED.contains(key)) {
                throw new Refusal(ExitCode.USAGE, key.path() + " is settled by init or join and cannot be changed");
            }
            if (RECORDED.contains(key)) {
                throw new Refusal(
                        ExitCode.USAGE,
                        key.path()
                                + " is the cluster's, recorded by its first node at init; it cannot be changed here");
            }
            wanted.put(key, assignment.substring(equals + 1).strip());
        }
        return wanted;
    }

    private static Map<Key, String> stopped(Map<Key, String> wanted) {
        Map<Key, String> states = new EnumMap<>(Key.class);
        wanted.keySet().forEach(key -> states.put(key, "from the next start"));
        return states;
    }

    private Map<Key, String> running(DataFolder folder, Map<Key, String> wanted) {
        AdminClient node = Connection.local(this);
        Reply reply = Json.read(node.call("POST", "/v1/config/reload", null, timeout(CALL)), Reply.class);
        Map<Key, String> states = new EnumMap<>(Key.class);
        for (Key key : wanted.keySet()) {
            Change change = reply.changes().stream()
                    .filter(one -> one.key().equals(key.path()))
                    .findFirst()
                    .orElse(null);
            if (change == null) {
                states.put(key, "unchanged: what the node has is the same, or an option or variable goes before it");
            } else if (change.state() == State.APPLIED) {
                states.put(key, "applied");
            } else {
                states.put(key, "needs restart: node-agent restart --data-dir " + folder.root());
            }
        }
        return states;
    }

    private void show(Map<Key, String> wanted, Map<Key, String> states, Path dropIn) {
        List<Setting> settings = new ArrayList<>();
        wanted.forEach((key, value) -> settings.add(new Setting(key.path(), value, states.getOrDefault(key, ""))));
        if (global.output.isMachine()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("file", dropIn.toString());
            result.put("settings", settings);
            Output.machine(out(), global.output, "ConfigurationChange", result);
        } else if (global.output != OutputForm.QUIET) {
            settings.forEach(setting -> out().println(String.format(
                    Locale.ROOT, "%s = %s: %s", setting.key(), setting.value(), setting.state())));
        }
    }
}

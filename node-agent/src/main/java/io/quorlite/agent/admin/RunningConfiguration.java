package io.quorlite.agent.admin;

import io.quorlite.agent.config.Configuration;
import io.quorlite.agent.config.Key;
import io.quorlite.agent.config.Setting;
import io.quorlite.agent.refusal.Refusal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The settings that are in force in a running node, and the way to others that needs no restart. Thread-safe. */
public final class RunningConfiguration {
    private final Supplier<Configuration> again;
    private final Map<Key, Consumer<Configuration>> hot;
    private final EnumMap<Key, Setting> inForce = new EnumMap<>(Key.class);

    /**
     * @param again reads the settings as at the start, from files that may have changed since; refuses what could not be started
     * @param hot the settings that can be changed while the node runs, each with what puts it in force
     */
    public RunningConfiguration(
            Configuration started, Supplier<Configuration> again, Map<Key, Consumer<Configuration>> hot) {
        this.again = again;
        this.hot = new EnumMap<>(hot);
        for (Key key : Key.values()) {
            inForce.put(key, started.get(key));
        }
    }

    /** A setting that is another now in the files than in the running node, or was until this moment. */
    public record Change(String key, String value, String origin, State state) {}

    /** What became of a change. */
    public enum State {
        APPLIED,
        NEEDS_RESTART
    }

    /** What is in force, by key. */
    public synchronized Map<Key, Setting> settings() {
        return new EnumMap<>(inForce);
    }

    /**
     * Reads the settings again and puts in force those that can be. The others are named again each time, until a restart.
     *
     * @throws Refusal where they cannot be used; those before the first that cannot are in force then
     */
    public synchronized List<Change> reload() {
        Configuration next = again.get();
        List<Change> changes = new ArrayList<>();
        for (Key key : Key.values()) {
            Setting setting = next.get(key);
            Setting before = Optional.ofNullable(inForce.get(key)).orElse(setting);
            if (!setting.text().equals(before.text())) {
                changes.add(new Change(key.path(), setting.text(), setting.origin(), changed(key, setting, next)));
            }
        }
        return changes;
    }

    private State changed(Key key, Setting setting, Configuration next) {
        Consumer<Configuration> apply = hot.get(key);
        if (apply == null) {
            return State.NEEDS_RESTART;
        }
        apply.accept(next);
        inForce.put(key, setting);
        return State.APPLIED;
    }
}

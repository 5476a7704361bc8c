package io.quorlite.system;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The records, in memory. The state machine changes them; readers see what {@link #publish} last showed, which is called when a
 * batch is committed: nobody may see what a crash could take back.
 *
 * <p>Changes and {@link #publish} belong to the apply thread, {@link #get} and {@link #list} to any. A copy is made for each batch that
 * changed something: records are few and change seldom.
 */
public final class SystemTable {
    private final TreeMap<String, SystemRecord> records = new TreeMap<>();
    private boolean changed;
    private volatile NavigableMap<String, SystemRecord> published = Collections.emptyNavigableMap();

    /** The table of {@code stored} records, published. */
    public static SystemTable of(Collection<SystemRecord> stored) {
        SystemTable table = new SystemTable();
        stored.forEach(record -> table.records.put(record.name(), record));
        table.changed = true;
        table.publish();
        return table;
    }

    /** Whether all conditions hold now, unpublished changes included. */
    public boolean holds(List<SystemTxn.Condition> conditions) {
        return conditions.stream().allMatch(condition -> versionOf(condition.name()) == condition.version());
    }

    /** Makes a change; returns the record as it is then, null if there is none. */
    public @Nullable SystemRecord change(SystemTxn.Change change) {
        changed = true;
        if (change.value() == null) {
            records.remove(change.name());
            return null;
        }
        SystemRecord written = new SystemRecord(change.name(), change.value(), versionOf(change.name()) + 1);
        records.put(change.name(), written);
        return written;
    }

    /** The record's version, unpublished changes included; 0 if there is none. */
    public long versionOf(String name) {
        SystemRecord record = records.get(name);
        return record == null ? 0 : record.version();
    }

    /** Shows what was changed to readers. */
    public void publish() {
        if (changed) {
            changed = false;
            published = Collections.unmodifiableNavigableMap(new TreeMap<>(records));
        }
    }

    /** The record as published, null if there is none. */
    public @Nullable SystemRecord get(String name) {
        return published.get(name);
    }

    /** The published records whose names begin with {@code prefix}, by name. */
    public List<SystemRecord> list(String prefix) {
        // Names are ASCII, so nothing that begins with the prefix is above it with this character behind it.
        SortedMap<String, SystemRecord> range = published.subMap(prefix, prefix + Character.MAX_VALUE);
        return List.copyOf(range.values());
    }
}

package io.quorlite.statemachine;

import io.quorlite.system.SystemRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** System records in a map. Not thread-safe. */
public final class MemorySystemStore implements SystemStore {
    private final TreeMap<String, SystemRecord> rows = new TreeMap<>();

    @Override
    public void saveRecord(SystemRecord record) {
        rows.put(record.name(), record);
    }

    @Override
    public void deleteRecord(String name) {
        rows.remove(name);
    }

    /** All rows, by name. */
    public List<SystemRecord> rows() {
        return new ArrayList<>(rows.values());
    }
}

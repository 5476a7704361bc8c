package io.quorlite.statemachine;

import io.quorlite.system.SystemRecord;

/** The storage port for system records: rows that are written with the history, in the same database transaction. Writer only. */
public interface SystemStore {
    /** Writes a record, in place of the one of its name. */
    void saveRecord(SystemRecord record);

    /** Deletes the record of this name. */
    void deleteRecord(String name);
}

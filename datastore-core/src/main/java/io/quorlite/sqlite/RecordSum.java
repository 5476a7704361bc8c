package io.quorlite.sqlite;

/** Adds up the records found, to be compared with what the meta row says there are. Not thread-safe. */
final class RecordSum {
    private long records;
    private long sum;

    void add(long checksum) {
        records++;
        sum += checksum;
    }

    long records() {
        return records;
    }

    /** @throws CorruptDatabaseException if rows are missing, or are there that should not be */
    void verify(Meta meta) {
        if (records != meta.records() || sum != meta.recordSum()) {
            throw new CorruptDatabaseException(
                    "the database has " + records + " records, its meta row says " + meta.records()
                            + (records == meta.records() ? " with other checksums" : ""),
                    0);
        }
    }
}

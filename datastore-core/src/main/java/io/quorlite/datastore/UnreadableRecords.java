package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemRecord;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads records that somebody else wrote, and complains once of each that it cannot read. Thread-safe. */
final class UnreadableRecords {
    private static final Logger log = LoggerFactory.getLogger(UnreadableRecords.class);

    private final ConcurrentSkipListMap<String, Long> complained = new ConcurrentSkipListMap<>(); // name, version

    /** @param decode throws IllegalArgumentException for what it cannot read */
    <T> Optional<T> tried(SystemRecord record, Function<Bytes, T> decode) {
        try {
            return Optional.of(decode.apply(record.value()));
        } catch (IllegalArgumentException e) {
            Long before = complained.put(record.name(), record.version());
            if (before == null || before != record.version()) {
                log.warn("the record {} cannot be read: {}", record.name(), e.getMessage());
            }
            return Optional.empty();
        }
    }
}

package io.quorlite.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.LogId;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.quorlite.sofajraft.option.LogStorageOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Entries and what tests ask of a log that holds them. */
final class Entries {
    private Entries() {}

    /** A data entry whose bytes follow from index, term and size. */
    static LogEntry data(long index, long term, int bytes) {
        byte[] data = new byte[bytes];
        new Random(index * 31 + term).nextBytes(data);
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, term));
        entry.setData(ByteBuffer.wrap(data));
        return entry;
    }

    static LogEntry configuration(long index, long term, String... peers) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(index, term));
        entry.setPeers(peers(peers));
        return entry;
    }

    static List<PeerId> peers(String... names) {
        List<PeerId> peers = new ArrayList<>();
        for (String name : names) {
            peers.add(PeerId.parsePeer(name));
        }
        return peers;
    }

    /** Data entries of consecutive indexes. */
    static List<LogEntry> run(long first, long last, long term, int bytes) {
        List<LogEntry> entries = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            entries.add(data(index, term, bytes));
        }
        return entries;
    }

    static LogStorageOptions engineOptions(ConfigurationManager configurations) {
        LogStorageOptions options = new LogStorageOptions();
        options.setGroupId("test");
        options.setConfigurationManager(configurations);
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        return options;
    }

    /** An entry that the log must have. */
    static LogEntry entry(SegmentedLogStorage log, long index) {
        return Objects.requireNonNull(log.getEntry(index), () -> "no entry " + index);
    }

    /** The log holds exactly {@code expected}, and neither more nor less than that by any of its questions. */
    @SuppressWarnings("deprecation") // the engine deprecates getTerm, which is still part of the contract
    static void assertHolds(SegmentedLogStorage log, long firstIndex, List<LogEntry> expected) {
        assertThat(log.getFirstLogIndex()).as("first index").isEqualTo(firstIndex);
        assertThat(log.getLastLogIndex()).as("last index").isEqualTo(firstIndex + expected.size() - 1);
        for (LogEntry entry : expected) {
            long index = entry.getId().getIndex();
            assertThat(log.getEntry(index)).isEqualTo(entry);
            assertThat(log.getTerm(index))
                    .as("term of %d", index)
                    .isEqualTo(entry.getId().getTerm());
        }
        for (long outside : new long[] {firstIndex - 1, firstIndex + expected.size()}) {
            assertThat(log.getEntry(outside)).as("entry %d", outside).isNull();
            assertThat(log.getTerm(outside)).as("term of %d", outside).isZero();
        }
    }
}

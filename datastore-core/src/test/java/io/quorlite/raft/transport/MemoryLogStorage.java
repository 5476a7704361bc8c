package io.quorlite.raft.transport;

import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.conf.ConfigurationEntry;
import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.quorlite.sofajraft.option.LogStorageOptions;
import io.quorlite.sofajraft.storage.LogStorage;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A log in memory that outlives the node using it, as a disk would. Entries are held encoded, so nobody shares buffers. */
final class MemoryLogStorage implements LogStorage {
    private final TreeMap<Long, byte[]> entries = new TreeMap<>();
    private final SlowDisk disk;
    private long first = 1;

    MemoryLogStorage(SlowDisk disk) {
        this.disk = disk;
    }

    @Override
    public synchronized boolean init(LogStorageOptions options) {
        ConfigurationManager configurations = options.getConfigurationManager();
        for (byte[] encoded : entries.values()) {
            LogEntry entry = decode(encoded);
            if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
                ConfigurationEntry configuration = new ConfigurationEntry();
                configuration.setId(entry.getId());
                configuration.setConf(new Configuration(entry.getPeers(), entry.getLearners()));
                if (entry.getOldPeers() != null) {
                    configuration.setOldConf(new Configuration(entry.getOldPeers(), entry.getOldLearners()));
                }
                configurations.add(configuration);
            }
        }
        return true;
    }

    @Override
    public void shutdown() {}

    @Override
    public synchronized long getFirstLogIndex() {
        return first;
    }

    @Override
    public synchronized long getLastLogIndex() {
        return entries.isEmpty() ? first - 1 : entries.lastKey();
    }

    @Override
    public synchronized @Nullable LogEntry getEntry(long index) {
        byte[] encoded = entries.get(index);
        return encoded == null ? null : decode(encoded);
    }

    private static LogEntry decode(byte[] encoded) {
        return LogEntryV2CodecFactory.getInstance().decoder().decode(encoded);
    }

    @Deprecated
    @Override
    public long getTerm(long index) {
        LogEntry entry = getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public synchronized boolean appendEntry(LogEntry entry) {
        entries.put(
                entry.getId().getIndex(),
                LogEntryV2CodecFactory.getInstance().encoder().encode(entry));
        return true;
    }

    @Override
    public int appendEntries(List<LogEntry> added) {
        added.forEach(this::appendEntry);
        disk.sync();
        return added.size();
    }

    @Override
    public synchronized boolean truncatePrefix(long firstIndexKept) {
        entries.headMap(firstIndexKept, false).clear();
        first = firstIndexKept;
        return true;
    }

    @Override
    public synchronized boolean truncateSuffix(long lastIndexKept) {
        entries.tailMap(lastIndexKept, false).clear();
        return true;
    }

    @Override
    public synchronized boolean reset(long nextLogIndex) {
        entries.clear();
        first = nextLogIndex;
        return true;
    }
}

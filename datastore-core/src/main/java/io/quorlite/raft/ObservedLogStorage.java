package io.quorlite.raft;

import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.conf.ConfigurationEntry;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.option.LogStorageOptions;
import io.quorlite.sofajraft.storage.LogStorage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log store that remembers the configurations in it, which the engine does not show to its followers, and refuses to drop an
 * entry that the database has not durably applied. Called by the engine's log thread; the questions are for any thread.
 */
final class ObservedLogStorage implements LogStorage {
    private static final Logger LOG = LoggerFactory.getLogger(ObservedLogStorage.class);

    /** A configuration entry of the log. */
    record LoggedConfiguration(long index, Configuration members, Configuration oldMembers) {
        /** Whether two majorities are needed: the change to it is not finished. */
        boolean joint() {
            return !oldMembers.isEmpty();
        }
    }

    private final LogStorage log;
    private final TreeMap<Long, LoggedConfiguration> configurations = new TreeMap<>(); // guarded by itself
    private volatile long durableIndex;
    private volatile long lastIndex;
    private final long appliedIndex;
    private Runnable opened = () -> {};

    /** @param appliedIndex what the database has applied at the start */
    ObservedLogStorage(LogStorage log, long durableIndex, long appliedIndex) {
        this.log = log;
        this.durableIndex = durableIndex;
        this.appliedIndex = appliedIndex;
    }

    /** Has {@code task} run when the configurations in the log are known, which is before anything is applied. */
    void whenOpened(Runnable task) {
        opened = task;
    }

    /** The database has durably applied everything up to {@code index}. */
    void durablyApplied(long index) {
        durableIndex = Math.max(durableIndex, index);
    }

    /** The last index that is durable in this log. */
    long durableLastIndex() {
        return lastIndex;
    }

    /** The configuration that holds at {@code index}, or null where the log has none up to it. */
    @Nullable LoggedConfiguration configurationAt(long index) {
        synchronized (configurations) {
            Map.Entry<Long, LoggedConfiguration> found = configurations.floorEntry(index);
            return found == null ? null : found.getValue();
        }
    }

    /** The configuration of a snapshot, which stands in place of the log before it. */
    void snapshotLoaded(LoggedConfiguration configuration) {
        synchronized (configurations) {
            configurations.putIfAbsent(configuration.index(), configuration);
        }
    }

    @Override
    public boolean init(LogStorageOptions options) {
        if (!log.init(options)) {
            return false;
        }
        lastIndex = log.getLastLogIndex();
        ConfigurationEntry applied = options.getConfigurationManager().get(appliedIndex);
        ConfigurationEntry last = options.getConfigurationManager().getLastConfiguration();
        for (ConfigurationEntry each : List.of(applied, last)) {
            if (!each.isEmpty()) {
                remember(new LoggedConfiguration(each.getId().getIndex(), each.getConf(), each.getOldConf()));
            }
        }
        opened.run();
        return true;
    }

    @Override
    public void shutdown() {
        log.shutdown();
    }

    @Override
    public long getFirstLogIndex() {
        return log.getFirstLogIndex();
    }

    @Override
    public long getLastLogIndex() {
        return log.getLastLogIndex();
    }

    @Override
    public LogEntry getEntry(long index) {
        return log.getEntry(index);
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // the engine's own method, to be kept
    public long getTerm(long index) {
        return log.getTerm(index);
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            if (entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION) {
                remember(new LoggedConfiguration(
                        entry.getId().getIndex(),
                        new Configuration(entry.getPeers(), entry.getLearners()),
                        entry.getOldPeers() == null
                                ? new Configuration()
                                : new Configuration(entry.getOldPeers(), entry.getOldLearners())));
            }
        }
        int appended = log.appendEntries(entries);
        lastIndex = log.getLastLogIndex();
        return appended;
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        if (!mayDrop(firstIndexKept)) {
            return false;
        }
        if (firstIndexKept > log.getLastLogIndex() + 1) {
            return reset(firstIndexKept); // an installed snapshot that is ahead of the whole log
        }
        return log.truncatePrefix(firstIndexKept);
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        synchronized (configurations) {
            configurations.tailMap(lastIndexKept, false).clear();
        }
        boolean done = log.truncateSuffix(lastIndexKept);
        lastIndex = log.getLastLogIndex();
        return done;
    }

    @Override
    public boolean reset(long nextLogIndex) {
        if (!mayDrop(nextLogIndex)) {
            return false;
        }
        boolean done = log.reset(nextLogIndex);
        lastIndex = log.getLastLogIndex();
        return done;
    }

    /** False stops the node, which is right: it was about to forget entries that only the log still has. */
    private boolean mayDrop(long firstIndexKept) {
        if (firstIndexKept - 1 <= durableIndex) {
            return true;
        }
        LOG.error(
                "refusing to drop the log up to {}: the database has durably applied only {}",
                firstIndexKept - 1,
                durableIndex);
        return false;
    }

    private void remember(LoggedConfiguration configuration) {
        synchronized (configurations) {
            configurations.tailMap(configuration.index(), true).clear();
            configurations.put(configuration.index(), configuration);
            while (configurations.size() > 1 && configurations.higherKey(configurations.firstKey()) <= durableIndex) {
                configurations.pollFirstEntry(); // superseded before the point the log may be cut at
            }
        }
    }
}

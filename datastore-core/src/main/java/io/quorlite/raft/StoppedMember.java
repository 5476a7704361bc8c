package io.quorlite.raft;

import io.quorlite.raft.log.Disk;
import io.quorlite.raft.log.LogOptions;
import io.quorlite.raft.log.ReadOnlyDisk;
import io.quorlite.raft.log.SegmentedLogStorage;
import io.quorlite.raft.log.VoteStore;
import io.quorlite.raft.transport.AddressBook;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.replication.Member;
import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.conf.ConfigurationEntry;
import io.quorlite.sofajraft.conf.ConfigurationManager;
import io.quorlite.sofajraft.entity.EnumOutter.EntryType;
import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.LogId;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.entity.RaftOutter.SnapshotMeta;
import io.quorlite.sofajraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.quorlite.sofajraft.option.LogStorageOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The raft directory of a member that does not run. Whoever uses this keeps all others away from the directory. */
public final class StoppedMember {
    private final Path directory;
    private final Member self;
    private final List<Member> initialMembers;

    /** @param self this member, as its log and its registry know it */
    public StoppedMember(Path directory, Member self, List<Member> initialMembers) {
        this.directory = directory;
        this.self = self;
        this.initialMembers = List.copyOf(initialMembers);
    }

    /**
     * How far a log reaches.
     *
     * @param term the newest term this member has heard of
     * @param lastTerm the term of its last entry
     * @param committedIndex the last index that was certainly committed; more may have been
     * @param members the newest configuration in the log, committed or not
     */
    public record Position(long term, long lastTerm, long lastIndex, long committedIndex, List<Member> members) {
        public Position {
            members = List.copyOf(members);
        }
    }

    /** Looks, and changes nothing. */
    public Position position() throws IOException {
        Disk disk = new ReadOnlyDisk();
        try (Opened opened = new Opened(
                disk,
                SegmentedLogStorage.open(
                        disk, directory.resolve("log"), LogOptions.DEFAULT, Runnable::run, () -> 1, failed -> {}))) {
            return new Position(
                    opened.votes.getTerm(),
                    opened.lastTerm(),
                    opened.log.getLastLogIndex(),
                    opened.recordIndex(),
                    opened.members());
        }
    }

    /**
     * Makes this member the only one of its group: appends, in a new term, a configuration of it alone, and that all others are
     * removed. Whatever is in the log stays, and is committed when this member starts. Done again after a crash in the middle it
     * has the same effect.
     *
     * @param appliedIndex what the database has applied durably; where that is more than the log holds, as a leader's may be, the
     *     log begins anew behind it
     */
    public void becomeSurvivor(long appliedIndex, long appliedTerm) throws IOException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        try (Opened opened = new Opened(
                Disk.local(), SegmentedLogStorage.open(directory.resolve("log"), LogOptions.DEFAULT, failure::set))) {
            long term = Math.max(Math.max(opened.votes.getTerm(), opened.lastTerm()), appliedTerm) + 1;
            require(opened.votes.setTermAndVotedFor(term, PeerIds.of(self.id())), failure);
            if (appliedIndex > opened.log.getLastLogIndex()) {
                SnapshotRecord.write(directory.resolve("snapshot"), record(appliedIndex, appliedTerm));
                require(opened.log.reset(appliedIndex + 1), failure);
            }
            MemberRegistry registry = registry();
            byte[] removal = registry.entryOfSurvivor(self);
            long next = opened.log.getLastLogIndex() + 1;
            require(opened.log.appendEntries(List.of(alone(next, term), data(next + 1, term, removal))) == 2, failure);
            registry.applyEntry(removal);
        }
    }

    private static void require(boolean done, AtomicReference<@Nullable Throwable> failure) throws IOException {
        if (!done) {
            throw new IOException("log or vote could not be written", failure.get());
        }
    }

    private SnapshotMeta record(long index, long term) {
        return SnapshotMeta.newBuilder()
                .setLastIncludedIndex(index)
                .setLastIncludedTerm(term)
                .addPeers(PeerIds.of(self.id()).toString())
                .build();
    }

    private LogEntry alone(long index, long term) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(index, term));
        entry.setPeers(List.of(PeerIds.of(self.id())));
        return entry;
    }

    private static LogEntry data(long index, long term, byte[] data) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, term));
        entry.setData(ByteBuffer.wrap(data));
        return entry;
    }

    private MemberRegistry registry() throws IOException {
        return MemberRegistry.open(directory.resolve("members"), new AddressBook(), self, initialMembers);
    }

    /** The stores, open. */
    private final class Opened implements AutoCloseable {
        final SegmentedLogStorage log;
        final VoteStore votes;
        final @Nullable SnapshotMeta record;

        Opened(Disk disk, SegmentedLogStorage log) throws IOException {
            this.log = log;
            try {
                this.record = SnapshotRecord.read(directory.resolve("snapshot"));
                this.votes = VoteStore.open(disk, directory.resolve("vote"), failed -> {});
            } catch (IOException | RuntimeException e) {
                log.shutdown();
                throw e;
            }
        }

        long recordIndex() {
            return record == null ? 0 : record.getLastIncludedIndex();
        }

        @SuppressWarnings("deprecation") // the engine's name for it; ours is cheap
        long lastTerm() {
            long last = log.getLastLogIndex();
            long term = log.getTerm(last);
            return term == 0 && record != null && last == recordIndex() ? record.getLastIncludedTerm() : term;
        }

        List<Member> members() throws IOException {
            ConfigurationManager found = new ConfigurationManager();
            LogStorageOptions options = new LogStorageOptions();
            options.setGroupId("stopped");
            options.setConfigurationManager(found);
            options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
            if (!log.init(options)) {
                throw new IOException("the log in " + directory + " cannot be read");
            }
            ConfigurationEntry newest = found.getLastConfiguration();
            if (!newest.isEmpty()) {
                return named(newest.getConf());
            }
            return record == null ? initialMembers : named(ReplicaStateMachine.membersOf(record));
        }

        private List<Member> named(Configuration configuration) throws IOException {
            MemberRegistry registry = registry();
            List<Member> named = new ArrayList<>();
            for (PeerId voter : configuration.listPeers()) {
                named.add(registry.member(PeerIds.memberId(voter), false));
            }
            for (PeerId learner : configuration.listLearners()) {
                named.add(registry.member(PeerIds.memberId(learner), true));
            }
            return named;
        }

        @Override
        public void close() {
            log.shutdown();
            votes.shutdown();
        }
    }
}

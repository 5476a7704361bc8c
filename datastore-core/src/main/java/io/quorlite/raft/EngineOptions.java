package io.quorlite.raft;

import io.quorlite.sofajraft.conf.Configuration;
import io.quorlite.sofajraft.option.ApplyTaskMode;
import io.quorlite.sofajraft.option.NodeOptions;
import io.quorlite.sofajraft.option.RaftOptions;
import io.quorlite.sofajraft.option.ReadOnlyOption;

/** The engine's settings. Those that safety rests on are marked. */
final class EngineOptions {
    private static final long LOG_MEMORY_BYTES_MAX = 64L << 20;

    private EngineOptions() {}

    static void set(NodeOptions options, RaftConfig config, Configuration initial) {
        int electionMillis = (int) config.electionTimeout().toMillis();
        options.setInitialConf(initial);
        options.setElectionTimeoutMs(electionMillis);
        options.setRaftOptions(raft(electionMillis));
        options.setApplyTaskMode(ApplyTaskMode.NonBlocking); // a full queue is an answer
        options.setDisableCli(true); // safety: nobody changes members behind our back
        options.setSnapshotIntervalSecs(0); // taken by entries, not by time; see Snapshots
        options.setCatchupMargin(1_000);
        options.setEnableMetrics(false);
        // Uris only name what NodeStorage hands over, but the engine wants them.
        options.setLogUri("log");
        options.setRaftMetaUri("vote");
        options.setSnapshotUri("snapshot");

        options.setTimerPoolSize(1);
        options.setRpcProcessorThreadPoolSize(3);
        options.setRpcConnectTimeoutMs(250); // asked for under the node's lock; our transport answers at once anyway
        options.setRpcDefaultTimeout(5_000);
        options.setRpcInstallSnapshotTimeout(10 * 60_000);
    }

    private static RaftOptions raft(int electionMillis) {
        RaftOptions raft = new RaftOptions();
        raft.setSync(true); // safety; our log store always does
        raft.setSyncMeta(true); // safety; our vote store always does
        raft.setReadOnlyOptions(ReadOnlyOption.ReadOnlySafe); // safety: leases trust clocks
        raft.setStepDownWhenVoteTimedout(true); // back to pre-vote, so that a cut-off member raises no terms
        raft.setEnableLogEntryChecksum(false); // our log store has CRC-32C per record
        raft.setMaxElectionDelayMs(electionMillis);
        raft.setElectionHeartbeatFactor(10);
        raft.setMaxLogsInMemoryBytes(LOG_MEMORY_BYTES_MAX); // unbounded by default
        raft.setDisruptorBufferSize(1_024);
        raft.setApplyBatch(128);
        raft.setMaxEntriesSize(1_024);
        raft.setMaxBodySize(512 << 10);
        raft.setMaxAppendBufferSize(1 << 20);
        raft.setReplicatorPipeline(true);
        raft.setMaxReplicatorInflightMsgs(256);
        raft.setOpenStatistics(false);
        return raft;
    }
}

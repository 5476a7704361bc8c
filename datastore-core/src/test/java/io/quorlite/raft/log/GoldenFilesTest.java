package io.quorlite.raft.log;

import static io.quorlite.raft.log.Entries.assertHolds;
import static io.quorlite.raft.log.Entries.configuration;
import static io.quorlite.raft.log.Entries.data;
import static io.quorlite.raft.log.Entries.peers;
import static io.quorlite.raft.log.Entries.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.sofajraft.entity.LogEntry;
import io.quorlite.sofajraft.entity.PeerId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of format version 1 as they were first written. They must open for as long as the version is supported, and what is
 * written today must be the same bytes; a change of the format is a new version with a folder of its own.
 *
 * <p>Run with {@code -Dgolden.write=<folder>} to write them.
 */
class GoldenFilesTest {
    private static final String SEGMENT = "00000000000000000001.segment";
    private static final List<String> FILES = List.of(SEGMENT, "state", "vote");
    private static final LogOptions OPTIONS = new LogOptions(4096, 0, 16, 1 << 20);
    private static final PeerId VOTE = PeerId.parsePeer("10.0.0.2:7002:0:80");

    @TempDir
    Path directory;

    private final List<Throwable> failures = new ArrayList<>();

    private static List<LogEntry> entries() {
        LogEntry joint = configuration(4, 2, "10.0.0.1:7001", "10.0.0.2:7002:0:80", "[fd00::3]:7003");
        joint.setOldPeers(peers("10.0.0.1:7001"));
        joint.setLearners(peers("10.0.0.9:7009"));
        joint.setOldLearners(new ArrayList<>());
        List<LogEntry> entries = new ArrayList<>(run(1, 3, 1, 100));
        entries.add(joint);
        entries.add(data(5, 2, 0));
        entries.add(data(6, 7, 13));
        return entries;
    }

    private SegmentedLogStorage openLog() throws IOException {
        return SegmentedLogStorage.open(Disk.local(), directory, OPTIONS, Runnable::run, () -> 0x5eed, failures::add);
    }

    private void writeToday() throws IOException {
        SegmentedLogStorage log = openLog();
        assertThat(log.appendEntries(entries().subList(0, 3))).isEqualTo(3);
        assertThat(log.appendEntries(entries().subList(3, 6))).isEqualTo(3);
        assertThat(log.truncatePrefix(2)).isTrue();
        log.shutdown();
        VoteStore votes = VoteStore.open(directory, failures::add);
        assertThat(votes.setTermAndVotedFor(7, VOTE)).isTrue();
        votes.shutdown();
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream file = GoldenFilesTest.class.getResourceAsStream("/golden/v1/raft-log/" + name)) {
            assertThat(file).as(name).isNotNull();
            return file.readAllBytes();
        }
    }

    @Test
    void opensFilesOfVersionOne() throws IOException {
        for (String name : FILES) {
            Files.write(directory.resolve(name), golden(name));
        }

        SegmentedLogStorage log = openLog();
        VoteStore votes = VoteStore.open(directory, failures::add);

        assertHolds(log, 2, entries().subList(1, 6));
        assertThat(votes.getTerm()).isEqualTo(7);
        assertThat(votes.getVotedFor()).isEqualTo(VOTE);
        log.shutdown();
        votes.shutdown();
    }

    @Test
    void writesTheBytesOfVersionOne() throws IOException {
        writeToday();
        String target = System.getProperty("golden.write");
        if (target != null) {
            Files.createDirectories(Path.of(target));
            for (String name : FILES) {
                Files.write(Path.of(target, name), Files.readAllBytes(directory.resolve(name)));
            }
        }

        for (String name : FILES) {
            assertThat(Files.readAllBytes(directory.resolve(name))).as(name).isEqualTo(golden(name));
        }
    }
}

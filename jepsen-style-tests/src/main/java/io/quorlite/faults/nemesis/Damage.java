package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One file of a node is damaged while the node is down; the end is a restart. It hits the same node each time, since a
 * cluster need not survive damage to a majority. The node may refuse to start.
 */
final class Damage implements Fault {
    private static final int TORN_BYTES_MAX = 4096;
    private static final int SCRATCHES = 4;

    /** What is damaged, and how. */
    enum Kind {
        /** Half a record stands at the end: synced records are not touched, for a log that loses those loses writes. */
        TORN_TAIL("raft/log", Damage::tear),
        LOG_HEAD("raft/log", (file, random) -> flip(file, 0, 0.02, random)),
        LOG_MIDDLE("raft/log", (file, random) -> flip(file, 0.3, 0.6, random)),
        VOTE("raft/vote", (file, random) -> flip(file, 0, 1, random)),
        SNAPSHOT("raft/snapshot", (file, random) -> flip(file, 0, 1, random)),
        DATABASE("db", Damage::scratch);

        private final String place;
        private final Deed deed;

        Kind(String place, Deed deed) {
            this.place = place;
            this.deed = deed;
        }
    }

    /** Damages a file. */
    interface Deed {
        void harm(RandomAccessFile file, Random random) throws IOException;
    }

    private final FaultCluster cluster;
    private final Kind kind;
    private int hit = -1;

    Damage(FaultCluster cluster, Kind kind) {
        this.cluster = cluster;
        this.kind = kind;
    }

    @Override
    public String begin(Random random) throws IOException, InterruptedException {
        if (hit < 0) {
            hit = random.nextInt(cluster.size());
        }
        if (!cluster.node(hit).isAlive()) {
            return FaultCluster.name(hit) + " (down already)";
        }
        if (kind == Kind.DATABASE && random.nextBoolean()) {
            cluster.node(hit).stop(); // then all is in the database's file, and nothing in its log would repair that
        } else {
            cluster.node(hit).kill();
        }
        Path file = largest(cluster.node(hit).dataDirectory().resolve(kind.place));
        if (file == null) {
            return FaultCluster.name(hit) + " (no such file yet)";
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            kind.deed.harm(open, random);
        }
        return FaultCluster.name(hit) + " " + Objects.requireNonNull(file.getFileName());
    }

    @Override
    public void end() throws IOException, InterruptedException {
        cluster.start(hit);
    }

    @Override
    public long holdMillis(Random random) {
        return random.nextInt(2_000);
    }

    /** The file with the most in it, of equals the one with the last name. */
    private static @Nullable Path largest(Path place) throws IOException {
        if (!Files.exists(place)) {
            return null;
        }
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toFile().length() > 0)
                    .max(Comparator.comparing((Path file) -> file.toFile().length())
                            .thenComparing(Path::toString))
                    .orElse(null);
        }
    }

    /** What a write leaves that the crash cut short: bytes behind the last record, of which nobody was told. */
    private static void tear(RandomAccessFile file, Random random) throws IOException {
        byte[] torn = new byte[1 + random.nextInt(TORN_BYTES_MAX)];
        random.nextBytes(torn);
        file.seek(writtenEnd(file));
        file.write(torn);
    }

    /** Turns one bit round, somewhere in a part of what is written. */
    private static void flip(RandomAccessFile file, double from, double to, Random random) throws IOException {
        long end = writtenEnd(file);
        long at = Math.min(end - 1, (long) (end * (from + (to - from) * random.nextDouble())));
        file.seek(at);
        int value = file.read();
        file.seek(at);
        file.write(value ^ (1 << random.nextInt(8)));
    }

    /** Several bits: much of a small database is free space. */
    private static void scratch(RandomAccessFile file, Random random) throws IOException {
        for (int i = 0; i < SCRATCHES; i++) {
            flip(file, 0, 1, random);
        }
    }

    /** Where the zeros begin that a file was given in advance. */
    private static long writtenEnd(RandomAccessFile file) throws IOException {
        byte[] content = new byte[Math.toIntExact(file.length())];
        file.seek(0);
        file.readFully(content);
        int end = content.length;
        while (end > 1 && content[end - 1] == 0) {
            end--;
        }
        return end;
    }
}

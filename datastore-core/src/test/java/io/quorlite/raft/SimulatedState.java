package io.quorlite.raft;

import io.quorlite.replication.CommittedEntry;
import io.quorlite.replication.DatabaseCopy;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The database of a member under the engine: the entries it applied, of which some may be lost with the power. Thread-safe. */
final class SimulatedState {
    private final List<CommittedEntry> entries = new ArrayList<>();
    private int durable;

    synchronized long index() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).index();
    }

    synchronized long term() {
        return entries.isEmpty() ? 0 : entries.get(entries.size() - 1).term();
    }

    synchronized void append(CommittedEntry entry) {
        entries.add(entry);
    }

    synchronized long persist() {
        durable = entries.size();
        return index();
    }

    synchronized void losePower(Random random) {
        int kept = durable + random.nextInt(entries.size() - durable + 1);
        entries.subList(kept, entries.size()).clear();
        durable = kept;
    }

    synchronized List<CommittedEntry> entries() {
        return List.copyOf(entries);
    }

    synchronized DatabaseCopy copyTo(Path target) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(target))) {
            out.writeInt(entries.size());
            for (CommittedEntry entry : entries) {
                out.writeLong(entry.index());
                out.writeLong(entry.term());
                out.writeInt(entry.data().length);
                out.write(entry.data());
            }
        }
        return new DatabaseCopy(index(), term(), Files.size(target));
    }

    synchronized void install(Path copy) throws IOException {
        entries.clear();
        try (DataInputStream in = new DataInputStream(Files.newInputStream(copy))) {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                entries.add(new CommittedEntry(in.readLong(), in.readLong(), in.readNBytes(in.readInt())));
            }
        }
        durable = entries.size();
        Files.delete(copy);
    }
}

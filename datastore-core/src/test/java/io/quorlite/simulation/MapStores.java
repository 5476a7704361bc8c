package io.quorlite.simulation;

import io.quorlite.sqlite.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The databases of all simulated members, by file. Not thread-safe. */
public final class MapStores implements Store.Factory {
    private final Map<Path, StoreJournal> files = new TreeMap<>();
    private final UnaryOperator<Store> harm;

    /** @param harm wraps each store that is opened; what a mutant does wrong */
    public MapStores(UnaryOperator<Store> harm) {
        this.harm = harm;
    }

    @Override
    public Store open(Path file, int readConnections, Consumer<Throwable> fatal) {
        return harm.apply(new MapStore(files.computeIfAbsent(file, made -> new StoreJournal()), this));
    }

    @Override
    public void install(Path copy, Path file) throws IOException {
        StoreJournal received = files.remove(copy);
        if (received == null) {
            throw new IOException("no copy " + copy);
        }
        files.put(file, received);
    }

    void put(Path file, StoreJournal content) {
        files.put(file, content);
    }

    /** The process that has {@code file} loses its power; returns the index that the database is at afterwards. */
    public long losePower(Path file, Random random) {
        StoreJournal journal = files.computeIfAbsent(file, made -> new StoreJournal());
        journal.losePower(random);
        return journal.lastAppliedIndex();
    }
}

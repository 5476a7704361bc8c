package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A store with short ways to write to it. Each transaction is a batch of its own, at the next log index. */
final class StoreFixture implements AutoCloseable {
    final Path file;
    final List<Throwable> fatal = Collections.synchronizedList(new ArrayList<>());
    SqliteStore store;

    private final long hotBytes;

    StoreFixture(Path file) {
        this(file, 4L << 20);
    }

    private StoreFixture(Path file, long hotBytes) {
        this.file = file;
        this.hotBytes = hotBytes;
        this.store = open();
    }

    /** One that reads every row from the database. */
    static StoreFixture withoutHotRows(Path file) {
        return new StoreFixture(file, 0);
    }

    private SqliteStore open() {
        try {
            return SqliteStore.open(file, 2, hotBytes, fatal::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void reopen() {
        store.close();
        store = open();
    }

    /** One batch. */
    void batch(Runnable changes) {
        store.begin();
        changes.run();
        commit();
    }

    void commit() {
        long index = store.position().appliedIndex() + 1;
        store.commit(index, 1, stateHashAt(index));
    }

    static long stateHashAt(long index) {
        return index * 0x9e37_79b9_7f4a_7c15L;
    }

    /** One transaction, {@code key=value} puts and {@code -key} deletes, in a batch of its own. Returns its revision. */
    long txn(String... changes) {
        batch(() -> change(changes));
        return store.position().revision();
    }

    /** One transaction in the batch that is open. */
    void change(String... changes) {
        KeySpace keys = store.keySpace();
        long main = keys.currentRevision() + 1;
        for (int sub = 0; sub < changes.length; sub++) {
            String change = changes[sub];
            int equals = change.indexOf('=');
            KeyValue kv = change.startsWith("-")
                    ? KeyValue.tombstone(Bytes.utf8(change.substring(1)), main)
                    : put(keys, Bytes.utf8(change.substring(0, equals)), Bytes.utf8(change.substring(equals + 1)), 0);
            keys.append(new Revision(main, sub), kv);
        }
        keys.complete(main);
    }

    /** The version that a put of {@code key} makes in the next main revision. */
    static KeyValue put(KeySpace keys, Bytes key, Bytes value, long lease) {
        long main = keys.currentRevision() + 1;
        KeyState state = keys.latest(key);
        return state == null
                ? new KeyValue(key, value, main, main, 1, lease)
                : new KeyValue(key, value, state.createRevision(), main, state.version() + 1, lease);
    }

    void compact(long revision) {
        batch(() -> store.keySpace().compact(revision));
    }

    void sweep() {
        while (!store.compactSlice(3)) {
            // until nothing is left
        }
    }

    /** What is alive, as {@code key=value@mod} joined by spaces. */
    static String dump(KeySpace keys, long revision) {
        List<String> rows = new ArrayList<>();
        keys.scan(KeyRange.all(), revision, true, kv -> rows.add(text(kv)));
        return String.join(" ", rows);
    }

    String dump(long revision) {
        return store.read(keys -> dump(keys, revision));
    }

    String events(long from, long to) {
        return store.history(from, to, key -> true, true, 1000, Long.MAX_VALUE).events().stream()
                .map(event -> (event.isDelete()
                                ? "-" + event.kv().key() + "@" + event.kv().modRevision()
                                : text(event.kv()))
                        + (event.prevKv() == null ? "" : "<" + text(event.prevKv())))
                .collect(Collectors.joining(" "));
    }

    static String text(KeyValue kv) {
        return kv.key() + "=" + kv.value() + "@" + kv.modRevision();
    }

    @Override
    public void close() {
        store.close();
    }
}

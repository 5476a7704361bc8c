package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.mvcc.KeySpace;
import io.quorlite.mvcc.KeyState;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.MvccException;
import io.quorlite.mvcc.Revision;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The key space as a reader has it: what was published when the reader began, and nothing later. For one thread.
 *
 * <p>The order is what makes it consistent: the position is fixed first; then the index is asked, with that position as its
 * limit; then rows are read by queries that begin after the position was published and so find them all. Meanwhile
 * a compaction may take index entries and rows away, but only such as no revision from the compacted one on needs, and it
 * publishes its revision before it takes the first. So whoever finds afterwards that the compacted revision is not above the
 * one read at, has read right.
 */
final class ReadView implements KeySpace {
    private final StorePosition position;
    private final Supplier<StorePosition> published;
    private final KeyReads reads;

    /** @param rows null where only what is in memory may be read */
    ReadView(
            StorePosition position,
            Supplier<StorePosition> published,
            KeyIndex index,
            HotRows hot,
            @Nullable RowReader rows) {
        this.position = position;
        this.published = published;
        this.reads = new KeyReads(index, hot, rows, this::check);
    }

    @Override
    public long currentRevision() {
        return position.revision();
    }

    @Override
    public long compactRevision() {
        return position.compactRevision();
    }

    @Override
    public long count(KeyRange range, long revision) {
        return reads.count(range, visible(revision));
    }

    @Override
    public void scan(KeyRange range, long revision, boolean values, RowVisitor visitor) {
        reads.scan(range, visible(revision), values, visitor);
    }

    @Override
    public @Nullable KeyValue get(Bytes key, long revision) {
        return reads.get(key, visible(revision));
    }

    /** {@link KeySpace#LATEST} is the newest of this view. */
    private long visible(long revision) {
        return Math.min(revision, position.revision());
    }

    private void check(long revision) {
        long compacted = published.get().compactRevision();
        if (compacted <= revision) {
            return;
        }
        if (revision == position.revision()) {
            throw new OvertakenException();
        }
        throw new MvccException(
                MvccException.Kind.COMPACTED, "revision " + revision + " is below the compacted revision " + compacted);
    }

    @Override
    public @Nullable KeyState latest(Bytes key) {
        throw writersOnly();
    }

    @Override
    public void append(Revision revision, KeyValue kv) {
        throw writersOnly();
    }

    @Override
    public void complete(long main) {
        throw writersOnly();
    }

    @Override
    public void compact(long revision) {
        throw writersOnly();
    }

    private static UnsupportedOperationException writersOnly() {
        return new UnsupportedOperationException("a view is for reading");
    }

    /** The store was compacted above the revision that was the newest when the view began: read again, at a newer one. */
    static final class OvertakenException extends RuntimeException {
        private static final long serialVersionUID = 1;

        OvertakenException() {
            super("overtaken by a compaction", null, false, false);
        }
    }
}

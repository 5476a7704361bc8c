package io.quorlite.mvcc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one operation of a transaction did; the variants pair with those of {@link Op}. */
public sealed interface OpResult permits OpResult.Range, OpResult.Put, OpResult.DeleteRange, OpResult.Nested {
    record Range(RangeResult result) implements OpResult {}

    /**
     * Of a put.
     *
     * @param prevKv the version before, where it was asked for and there was one
     */
    record Put(long revision, @Nullable KeyValue prevKv) implements OpResult {}

    /**
     * Of a deletion.
     *
     * @param prevKvs the versions deleted, in key order, where they were asked for
     */
    record DeleteRange(long revision, long deleted, List<KeyValue> prevKvs) implements OpResult {}

    record Nested(TxnResult result) implements OpResult {}
}

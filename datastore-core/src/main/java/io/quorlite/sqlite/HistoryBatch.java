package io.quorlite.sqlite;

import io.quorlite.mvcc.KeyEvent;
import java.util.List;

/**
 * Events read from the history, whole main revisions in order.
 *
 * @param nextRevision the first main revision not read
 */
public record HistoryBatch(List<KeyEvent> events, long nextRevision) {
    public HistoryBatch {
        events = List.copyOf(events);
    }
}

package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import java.util.List;

/**
 * A stretch of the history.
 *
 * @param events in order of main and sub revision, main revisions whole
 * @param throughMain the last main revision that this stretch covers; the next one starts after it
 */
public record WatchBatch(List<KeyEvent> events, long throughMain) {}

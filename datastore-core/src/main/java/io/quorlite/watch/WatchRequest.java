package io.quorlite.watch;

import io.quorlite.mvcc.KeyRange;

/**
 * What to watch.
 *
 * @param startRevision the first main revision wanted; 0 means from the next one on; one in the future is silent until then
 * @param id chosen by the client, or 0 to have one chosen
 * @param progressNotify whether periodic progress messages are wanted while nothing happens
 */
public record WatchRequest(
        KeyRange keys,
        long startRevision,
        long id,
        boolean prevKv,
        boolean noPut,
        boolean noDelete,
        boolean progressNotify) {
    public static WatchRequest of(KeyRange keys, long startRevision) {
        return new WatchRequest(keys, startRevision, 0, false, false, false, false);
    }
}

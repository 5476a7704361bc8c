package io.quorlite.faults.history;

/**
 * What a watch asked for. Immutable.
 *
 * @param startRevision the first revision wanted, 0 for what comes after its creation
 * @param fragment whether the events of a revision may come in several messages, all but the last marked
 */
public record WatchSpec(
        KeyRange range, long startRevision, boolean prevKv, boolean noPut, boolean noDelete, boolean fragment) {
    /** A watch on everything from the first revision on, with the versions before. */
    public static final WatchSpec EVERYTHING = new WatchSpec(KeyRange.ALL, 1, true, false, false, false);

    public boolean wants(KeyEvent event) {
        return range.contains(event.key()) && !(event.isDelete() ? noDelete : noPut);
    }

    /** Whether every event from the start revision on is wanted. */
    public boolean isEverything() {
        return range.isAll() && !noPut && !noDelete;
    }
}

package io.quorlite.datastore;

import io.quorlite.mvcc.KeyEvent;
import io.quorlite.watch.PreviousVersions;
import io.quorlite.watch.WatchHub;
import java.util.ArrayList;
import java.util.List;

/** The events of a batch of entries, on their way to the watchers. Belongs to the apply thread, for one batch. */
final class EventBatch {
    private final List<KeyEvent> events = new ArrayList<>();
    private final PreviousVersions previous;
    private int complete; // so many of them carry the version before

    /** @param previous finds versions before as long as they are not compacted */
    EventBatch(PreviousVersions previous) {
        this.previous = previous;
    }

    void add(List<KeyEvent> added) {
        events.addAll(added);
    }

    /** A compaction comes next: what watchers may ask for later is looked up now. */
    void beforeCompaction() {
        for (; complete < events.size(); complete++) {
            KeyEvent event = events.get(complete);
            var before = previous.before(event.kv().key(), event.kv().modRevision());
            events.set(complete, new KeyEvent(event.kv(), event.sub(), before));
        }
    }

    /** Hands over one main revision after the other. */
    void publish(WatchHub hub) {
        for (int from = 0, to; from < events.size(); from = to) {
            long main = events.get(from).kv().modRevision();
            to = from + 1;
            while (to < events.size() && events.get(to).kv().modRevision() == main) {
                to++;
            }
            hub.publish(main, List.copyOf(events.subList(from, to)), previous);
        }
    }
}

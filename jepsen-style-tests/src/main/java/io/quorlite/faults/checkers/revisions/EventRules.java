package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What must hold of the events of one revision, whoever wrote them. */
final class EventRules {
    private EventRules() {}

    static void check(long revision, List<KeyEvent> events, KeyTree before, Findings findings) {
        SortedSet<String> keys = new TreeSet<>();
        for (KeyEvent event : events) {
            KeyValue old = before.get(event.key());
            if (!keys.add(event.key())) {
                findings.add("revision " + revision + " changes a key twice: " + event);
            }
            if (event.isDelete() && old == null) {
                findings.add("revision " + revision + " deletes a key that is not there: " + event);
            } else if (!event.isDelete() && !follows(event.kv(), old)) {
                findings.add("revision " + revision + " has wrong counters: " + event + " after " + old);
            }
        }
    }

    private static boolean follows(KeyValue kv, @Nullable KeyValue old) {
        return old == null
                ? kv.createRevision() == kv.modRevision() && kv.version() == 1
                : kv.createRevision() == old.createRevision() && kv.version() == old.version() + 1;
    }
}

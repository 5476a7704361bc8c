package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** The watchers of one range that filter alike, so that one list of events serves them all. Not thread-safe. */
final class WatcherGroup {
    private final boolean noPut;
    private final boolean noDelete;
    private final Set<Watcher> members = new LinkedHashSet<>();
    private int wantPrevKv;

    WatcherGroup(boolean noPut, boolean noDelete) {
        this.noPut = noPut;
        this.noDelete = noDelete;
    }

    void add(Watcher watcher) {
        if (members.add(watcher) && watcher.request.prevKv()) {
            wantPrevKv++;
        }
    }

    void remove(Watcher watcher) {
        if (members.remove(watcher) && watcher.request.prevKv()) {
            wantPrevKv--;
        }
    }

    Set<Watcher> members() {
        return Collections.unmodifiableSet(members);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    boolean accepts(KeyEvent event) {
        return !members.isEmpty() && (event.isDelete() ? !noDelete : !noPut);
    }

    boolean wantsPrevKv() {
        return wantPrevKv > 0;
    }
}

package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sorts events to the groups that want them. Stateless. */
final class EventMatcher {
    private EventMatcher() {}

    /**
     * The events of each group that wants any, in the order given. There is one {@link WatchEvent} for each event, whoever
     * shares it; the version before is looked up once, and only if a member of a matched group wants it.
     */
    static Map<WatcherGroup, List<WatchEvent>> match(
            WatcherIndex index, List<KeyEvent> events, PreviousVersions previous) {
        Map<WatcherGroup, List<WatchEvent>> matches = new LinkedHashMap<>();
        List<WatcherGroup> groups = new ArrayList<>();
        for (KeyEvent event : events) {
            groups.clear();
            index.collect(event, groups);
            if (!groups.isEmpty()) {
                WatchEvent shared = share(event, groups, previous);
                for (WatcherGroup group : groups) {
                    matches.computeIfAbsent(group, first -> new ArrayList<>()).add(shared);
                }
            }
        }
        return matches;
    }

    private static WatchEvent share(KeyEvent event, List<WatcherGroup> groups, PreviousVersions previous) {
        if (event.prevKv() != null || isCreate(event) || groups.stream().noneMatch(WatcherGroup::wantsPrevKv)) {
            return new WatchEvent(event);
        }
        KeyValue kv = event.kv();
        return new WatchEvent(new KeyEvent(kv, event.sub(), previous.before(kv.key(), kv.modRevision())));
    }

    private static boolean isCreate(KeyEvent event) {
        return !event.isDelete() && event.kv().createRevision() == event.kv().modRevision();
    }
}

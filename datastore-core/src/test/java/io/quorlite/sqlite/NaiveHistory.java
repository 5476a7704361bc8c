package io.quorlite.sqlite;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The model: every version ever written, in a list, never compacted. What may be asked of it the caller decides. */
final class NaiveHistory {
    private final List<KeyValue> versions = Collections.synchronizedList(new ArrayList<>());

    void add(KeyValue kv) {
        versions.add(kv);
    }

    SortedMap<Bytes, KeyValue> aliveAt(long revision) {
        SortedMap<Bytes, KeyValue> alive = new TreeMap<>();
        for (KeyValue kv : versions) {
            if (kv.modRevision() > revision) {
                break;
            }
            if (kv.isTombstone()) {
                alive.remove(kv.key());
            } else {
                alive.put(kv.key(), kv);
            }
        }
        return alive;
    }

    String dump(long revision) {
        return aliveAt(revision).values().stream().map(StoreFixture::text).collect(Collectors.joining(" "));
    }

    String events(long from, long to, long compacted) {
        List<String> events = new ArrayList<>();
        for (KeyValue kv : versions) {
            if (kv.modRevision() >= from && kv.modRevision() <= to) {
                events.add(event(kv, compacted));
            }
        }
        return String.join(" ", events);
    }

    private String event(KeyValue kv, long compacted) {
        long before = kv.modRevision() - 1;
        @Nullable KeyValue previous = before < compacted ? null : aliveAt(before).get(kv.key());
        return (kv.isTombstone() ? "-" + kv.key() + "@" + kv.modRevision() : StoreFixture.text(kv))
                + (previous == null ? "" : "<" + StoreFixture.text(previous));
    }
}

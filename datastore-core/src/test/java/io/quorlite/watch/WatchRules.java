package io.quorlite.watch;

import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.mvcc.Revision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The nine guarantees of etcd's watches, as its robustness tests check them, against the true history: filter, ordered,
 * unique, atomic, bookmarkable, reliable, resumable, isCreate, prevKv; and a tenth, protocol, on the messages' own order.
 * Stricter than etcd's where more is known here: the true start of a watch, and up to where it must be complete.
 */
public final class WatchRules {
    /** One watch as its client heard it: from its creation on, progress for the whole stream included. */
    record Heard(WatchRequest request, long createdRevision, List<WatchMessage> messages) {
        long firstRevision() {
            return request.startRevision() == 0 ? createdRevision + 1 : request.startRevision();
        }
    }

    private final NavigableMap<Long, List<KeyEvent>> truth;
    private final long compactRevision;

    /**
     * @param truth every event that ever was, by main revision, in the order of subs, with the version before
     * @param compactRevision the highest revision ever compacted to; up to there versions before may be missing
     */
    public WatchRules(NavigableMap<Long, List<KeyEvent>> truth, long compactRevision) {
        this.truth = truth;
        this.compactRevision = compactRevision;
    }

    /**
     * Breaches in all that a stream said in answer to {@code requests}, which it got in this order.
     *
     * @param completeTo up to which main revision watches that have not ended must have heard everything
     */
    public List<String> breachesOfStream(List<WatchRequest> requests, List<WatchMessage> said, long completeTo) {
        List<String> breaches = new ArrayList<>();
        Map<Long, Heard> open = new HashMap<>();
        List<Heard> all = new ArrayList<>();
        Set<@Nullable Heard> ended = Collections.newSetFromMap(new IdentityHashMap<>());
        int answered = 0;
        for (WatchMessage message : said) {
            if (message instanceof WatchMessage.Rejected) {
                answered++;
            } else if (message instanceof WatchMessage.Created created) {
                Heard heard = new Heard(requests.get(answered++), created.revision(), new ArrayList<>());
                all.add(heard);
                if (open.put(created.watchId(), heard) != null) {
                    breaches.add("protocol: id " + created.watchId() + " created twice");
                }
            } else if (idOf(message) == WatchMessage.NO_WATCH) {
                open.values().forEach(heard -> heard.messages().add(message));
            } else {
                Heard heard = open.get(idOf(message));
                if (heard != null) {
                    heard.messages().add(message);
                } else if (!(message instanceof WatchMessage.Cancelled)) { // of a compacted watch, that is
                    breaches.add("protocol: no such watch: " + message);
                }
                if (message instanceof WatchMessage.Cancelled || message instanceof WatchMessage.Compacted) {
                    ended.add(open.remove(idOf(message)));
                }
            }
        }
        if (answered != requests.size()) {
            breaches.add("protocol: " + requests.size() + " requests, " + answered + " answers");
        }
        for (Heard heard : all) {
            breaches.addAll(breaches(heard, ended.contains(heard) ? 0 : completeTo));
        }
        return breaches;
    }

    /** Breaches in what one watch heard. */
    List<String> breaches(Heard heard, long completeTo) {
        List<String> breaches = new ArrayList<>();
        checkFilter(heard, breaches);
        checkOrdered(heard, breaches);
        checkUnique(heard, breaches);
        checkAtomic(heard, breaches);
        checkBookmarkable(heard, breaches);
        checkReliable(heard, completeTo, breaches);
        checkResumable(heard, breaches);
        checkIsCreate(heard, breaches);
        checkPrevKv(heard, breaches);
        checkProtocol(heard, breaches);
        return breaches.stream()
                .map(breach -> breach + " in " + heard.request())
                .toList();
    }

    private static void checkFilter(Heard heard, List<String> breaches) {
        for (KeyEvent event : events(heard)) {
            if (!matches(heard.request(), event)) {
                breaches.add("filter: unwanted " + event);
            }
        }
    }

    private static void checkOrdered(Heard heard, List<String> breaches) {
        @Nullable KeyEvent last = null;
        for (KeyEvent event : events(heard)) {
            if (last != null && packed(event) < packed(last)) {
                breaches.add("ordered: " + event + " after " + last);
            }
            last = event;
        }
    }

    private static void checkUnique(Heard heard, List<String> breaches) {
        Set<List<Object>> seen = new HashSet<>();
        for (KeyEvent event : events(heard)) {
            if (!seen.add(List.of(revision(event), event.kv().key()))) {
                breaches.add("unique: twice " + event);
            }
        }
    }

    private static void checkAtomic(Heard heard, List<String> breaches) {
        long last = -1;
        for (WatchMessage message : heard.messages()) {
            if (message instanceof WatchMessage.Events events) {
                if (revision(first(events)) == last) {
                    breaches.add("atomic: revision " + last + " split");
                }
                last = revision(last(events));
            }
        }
    }

    private static void checkBookmarkable(Heard heard, List<String> breaches) {
        long progress = -1;
        long event = -1;
        for (WatchMessage message : heard.messages()) {
            if (message instanceof WatchMessage.Events events) {
                if (revision(first(events)) <= progress) {
                    breaches.add("bookmarkable: revision " + revision(first(events)) + " after progress " + progress);
                }
                event = revision(last(events));
            } else if (message instanceof WatchMessage.Progress made) {
                if (made.revision() < progress || made.revision() < event) {
                    breaches.add("bookmarkable: progress " + made.revision() + " after progress " + progress
                            + " and event " + event);
                }
                progress = made.revision();
            }
        }
    }

    private void checkReliable(Heard heard, long completeTo, List<String> breaches) {
        long last = Math.max(completeTo, lastRevision(heard));
        List<KeyEvent> wanted = wanted(heard, heard.firstRevision(), last);
        List<KeyEvent> got = events(heard).stream()
                .map(event -> new KeyEvent(event.kv(), event.sub(), null))
                .toList();
        if (!wanted.equals(got)) {
            breaches.add(
                    "reliable: from " + heard.firstRevision() + " to " + last + " wanted " + wanted + " got " + got);
        }
    }

    private void checkResumable(Heard heard, List<String> breaches) {
        List<KeyEvent> got = events(heard);
        List<KeyEvent> wanted = wanted(heard, heard.firstRevision(), Long.MAX_VALUE);
        if (got.isEmpty()) {
            return;
        }
        if (wanted.isEmpty() || packed(wanted.get(0)) != packed(got.get(0))) {
            breaches.add("resumable: begins with " + got.get(0) + " instead of " + wanted);
        }
    }

    private void checkIsCreate(Heard heard, List<String> breaches) {
        for (KeyEvent event : events(heard)) {
            boolean create = !event.isDelete()
                    && event.kv().createRevision() == event.kv().modRevision();
            KeyEvent truly = truly(event);
            if (truly != null && create != (truly.prevKv() == null)) {
                breaches.add("isCreate: " + event);
            }
        }
    }

    private void checkPrevKv(Heard heard, List<String> breaches) {
        for (KeyEvent event : events(heard)) {
            KeyEvent truly = truly(event);
            boolean mayBeMissing = !heard.request().prevKv() || revision(event) <= compactRevision;
            KeyValue shown = event.prevKv();
            if (truly != null && !Objects.equals(shown, truly.prevKv()) && !(shown == null && mayBeMissing)) {
                breaches.add("prevKv: " + event + " instead of " + truly.prevKv());
            }
        }
    }

    private void checkProtocol(Heard heard, List<String> breaches) {
        long known = heard.firstRevision() - 1;
        for (WatchMessage message : heard.messages()) {
            if (message instanceof WatchMessage.Events events) {
                known = Math.max(known, revision(last(events)));
                if (events.revision() < revision(last(events))
                        || events.prevKv() != heard.request().prevKv()) {
                    breaches.add("protocol: header of " + events);
                }
            } else if (message instanceof WatchMessage.Progress progress) {
                if (progress.revision() < heard.request().startRevision()) {
                    breaches.add("protocol: progress before the start: " + progress);
                }
                known = Math.max(known, progress.revision());
            } else if (message instanceof WatchMessage.Compacted compacted
                    && (known + 1 >= compacted.compactRevision() || compacted.compactRevision() > compactRevision)) {
                breaches.add("protocol: needs " + (known + 1) + " but " + compacted);
            }
        }
    }

    private List<KeyEvent> wanted(Heard heard, long from, long to) {
        List<KeyEvent> wanted = new ArrayList<>();
        if (from <= to) {
            for (List<KeyEvent> events : truth.subMap(from, true, to, true).values()) {
                for (KeyEvent event : events) {
                    if (matches(heard.request(), event)) {
                        wanted.add(new KeyEvent(event.kv(), event.sub(), null));
                    }
                }
            }
        }
        return wanted;
    }

    private @Nullable KeyEvent truly(KeyEvent event) {
        return truth.getOrDefault(revision(event), List.of()).stream()
                .filter(candidate -> candidate.kv().key().equals(event.kv().key()))
                .findFirst()
                .orElse(null);
    }

    private static boolean matches(WatchRequest request, KeyEvent event) {
        return request.keys().contains(event.kv().key()) && !(event.isDelete() ? request.noDelete() : request.noPut());
    }

    private static List<KeyEvent> events(Heard heard) {
        List<KeyEvent> events = new ArrayList<>();
        for (WatchMessage message : heard.messages()) {
            if (message instanceof WatchMessage.Events said) {
                said.events().forEach(event -> events.add(event.event()));
            }
        }
        return events;
    }

    private static long lastRevision(Heard heard) {
        long last = 0;
        for (WatchMessage message : heard.messages()) {
            if (message instanceof WatchMessage.Events events) {
                last = Math.max(last, revision(last(events)));
            } else if (message instanceof WatchMessage.Progress progress) {
                last = Math.max(last, progress.revision());
            }
        }
        return last;
    }

    private static long idOf(WatchMessage message) {
        if (message instanceof WatchMessage.Events events) {
            return events.watchId();
        } else if (message instanceof WatchMessage.Progress progress) {
            return progress.watchId();
        } else if (message instanceof WatchMessage.Cancelled cancelled) {
            return cancelled.watchId();
        } else if (message instanceof WatchMessage.Compacted compacted) {
            return compacted.watchId();
        }
        throw new AssertionError(message);
    }

    private static KeyEvent first(WatchMessage.Events events) {
        return events.events().get(0).event();
    }

    private static KeyEvent last(WatchMessage.Events events) {
        return events.events().get(events.events().size() - 1).event();
    }

    private static long revision(KeyEvent event) {
        return event.kv().modRevision();
    }

    private static long packed(KeyEvent event) {
        return Revision.pack(revision(event), event.sub());
    }
}

package io.quorlite.faults.checkers.revisions;

import io.quorlite.faults.checkers.Findings;
import io.quorlite.faults.history.HistoryLine.WatchHeard.Kind;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/** The rules for one watch. Used once; not thread-safe. */
final class WatchRules {
    private final Watch watch;
    private final RevisionLog log;
    private final Compactions compactions;
    private final Findings findings;
    /** The first revision the watch is to tell; 0 while it is not known. */
    private final long first;

    WatchRules(Watch watch, RevisionLog log, Compactions compactions, Findings findings) {
        this.watch = watch;
        this.log = log;
        this.compactions = compactions;
        this.findings = findings;
        this.first = firstRevision(watch);
    }

    /** @param completeTo up to which revision the watch must have told everything; 0 where only what it told counts */
    void check(long completeTo) {
        checkProtocol();
        checkFilter();
        checkOrdered();
        checkUnique();
        checkAtomic();
        checkBookmarkable();
        checkReliable(completeTo);
        for (Watch.Message message : watch.messages()) {
            for (KeyEvent event : message.events()) {
                if (log.knows(event.revision()) && event.revision() > RevisionLog.FIRST) {
                    checkIsCreate(event);
                    checkPrevKv(event, message.index());
                }
            }
        }
    }

    private void checkProtocol() {
        boolean created = false;
        boolean ended = false;
        long told = first - 1;
        for (Watch.Message message : watch.messages()) {
            boolean refused = message.heard().isEnd() && !created;
            if (ended || (created == message.is(Kind.CREATED) && !refused)) {
                broken(
                        "protocol",
                        message.heard().kind() + " after " + (ended ? "the end" : created ? "creation" : "nothing"));
            }
            created |= message.is(Kind.CREATED);
            ended |= message.heard().isEnd();
            if (message.is(Kind.EVENTS)) {
                told = Math.max(told, message.lastRevision());
                if (message.heard().revision() < message.lastRevision()) {
                    broken(
                            "protocol",
                            "header " + message.heard().revision() + " with events to " + message.lastRevision());
                }
            } else if (message.is(Kind.PROGRESS)) {
                told = Math.max(told, message.heard().revision());
            } else if (message.is(Kind.COMPACTED)) {
                checkCompacted(message, told);
            }
        }
    }

    private void checkCompacted(Watch.Message message, long told) {
        long compacted = message.heard().compactRevision();
        if (told + 1 >= compacted || compacted > compactions.possiblyBy(message.index())) {
            broken("protocol", "needs " + (told + 1) + " but is refused as compacted to " + compacted);
        }
    }

    private void checkFilter() {
        for (KeyEvent event : watch.events()) {
            if (!watch.spec().wants(event)) {
                broken("filter", "unwanted " + event);
            }
        }
    }

    private void checkOrdered() {
        long last = 0;
        for (KeyEvent event : watch.events()) {
            if (event.revision() < last) {
                broken("ordered", event + " after revision " + last);
            }
            last = event.revision();
        }
    }

    private void checkUnique() {
        SortedSet<String> seen = new TreeSet<>();
        for (KeyEvent event : watch.events()) {
            if (!seen.add(event.revision() + " " + event.key())) {
                broken("unique", "twice " + event);
            }
        }
    }

    private void checkAtomic() {
        long last = 0;
        boolean more = false;
        for (Watch.Message message : watch.messages()) {
            if (message.is(Kind.EVENTS)) {
                if (message.firstRevision() == last && !more) {
                    broken("atomic", "revision " + last + " is split over two messages");
                }
                if (message.heard().fragment() && !watch.spec().fragment()) {
                    broken("atomic", "fragments were not asked for");
                }
                last = message.lastRevision();
                more = message.heard().fragment();
            }
        }
    }

    private void checkBookmarkable() {
        long progress = 0;
        long event = 0;
        for (Watch.Message message : watch.messages()) {
            if (message.is(Kind.EVENTS)) {
                if (message.firstRevision() <= progress) {
                    broken("bookmarkable", "revision " + message.firstRevision() + " after progress " + progress);
                }
                event = message.lastRevision();
            } else if (message.is(Kind.PROGRESS)) {
                long made = message.heard().revision();
                if (made < progress || made < event) {
                    broken("bookmarkable", "progress " + made + " after progress " + progress + " and event " + event);
                }
                progress = made;
            }
        }
    }

    /** Reliable and resumable: just the wanted events of the log, from the first revision to the last that was told. */
    private void checkReliable(long completeTo) {
        long last = Math.max(completeTo, lastTold());
        if (first == 0 || last < first) {
            return;
        }
        if (last > log.knownTo()) {
            findings.undecided(watch + " told up to revision " + last + ", beyond " + log.knownTo());
            last = log.knownTo();
        }
        List<KeyEvent> wanted = new ArrayList<>();
        for (long revision = Math.max(first, RevisionLog.FIRST); revision <= last; revision++) {
            log.events(revision).stream().filter(watch.spec()::wants).forEach(wanted::add);
        }
        long until = last;
        List<KeyEvent> told = watch.events().stream()
                .map(KeyEvent::withoutPrevKv)
                .filter(event -> event.revision() <= until)
                .toList();
        if (!told.isEmpty() && (wanted.isEmpty() || !told.get(0).equals(wanted.get(0)))) {
            broken(
                    "resumable",
                    "begins with " + told.get(0) + " instead of " + (wanted.isEmpty() ? "nothing" : wanted.get(0)));
        }
        if (!told.equals(wanted)) {
            broken("reliable", firstDifference(wanted, told) + "; revisions " + first + " to " + last);
        }
    }

    private static String firstDifference(List<KeyEvent> wanted, List<KeyEvent> told) {
        int at = 0;
        while (at < wanted.size() && at < told.size() && wanted.get(at).equals(told.get(at))) {
            at++;
        }
        return "event " + (at + 1) + " is " + (at < told.size() ? told.get(at) : "missing") + " instead of "
                + (at < wanted.size() ? wanted.get(at) : "nothing");
    }

    private void checkIsCreate(KeyEvent event) {
        boolean created = !event.isDelete() && event.kv().createRevision() == event.revision();
        boolean absent = log.state(event.revision() - 1).get(event.key()) == null;
        if (!event.isDelete() && created != absent) {
            broken("isCreate", event + (absent ? " on a key that was not there" : " on a key that was there"));
        }
    }

    private void checkPrevKv(KeyEvent event, int line) {
        KeyValue truly = watch.spec().prevKv() ? log.state(event.revision() - 1).get(event.key()) : null;
        boolean mayBeGone = event.prevKv() == null && event.revision() <= compactions.possiblyBy(line);
        if (!Objects.equals(event.prevKv(), truly) && !mayBeGone) {
            broken("prevKv", event + " instead of " + truly);
        }
    }

    private long lastTold() {
        long last = 0;
        for (Watch.Message message : watch.messages()) {
            if (message.is(Kind.EVENTS)) {
                last = Math.max(last, message.lastRevision());
            } else if (message.is(Kind.PROGRESS)) {
                last = Math.max(last, message.heard().revision());
            }
        }
        return last;
    }

    private static long firstRevision(Watch watch) {
        if (watch.spec().startRevision() > 0) {
            return watch.spec().startRevision();
        }
        return watch.messages().stream()
                .filter(message -> message.is(Kind.CREATED))
                .mapToLong(message -> message.heard().revision() + 1)
                .findFirst()
                .orElse(0);
    }

    private void broken(String rule, String how) {
        findings.add(rule + ": " + how + ": " + watch);
    }
}

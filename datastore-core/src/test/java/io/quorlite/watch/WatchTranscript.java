package io.quorlite.watch;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Runs a hub by commands, one in a line, and writes below each what the streams heard. A test is a transcript that comes out
 * as it went in.
 *
 * <pre>
 * put K V; del K     commits and publishes one transaction
 * commit PUTS        commits without publishing; "publish" publishes all that is committed, "install" installs a snapshot
 * compact N
 * watch K            or A..B, A.. and P*; then any of: from=N id=N prev noput nodelete notify
 * cancel N, progress, ready, block, room N, close
 * run                does all catching up; "read" does one round
 * tick, fail MESSAGE, unreadable MESSAGE (the history, from now on), break (the sink, from now on)
 * </pre>
 *
 * A name and a colon before a command choose another stream than the unnamed one.
 */
final class WatchTranscript {
    private final FakeStore store = new FakeStore();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final WatchHub hub;
    private final Map<String, FakeSink> sinks = new TreeMap<>();
    private final Map<String, WatchStream> streams = new HashMap<>();
    private final Map<String, Boolean> failed = new HashMap<>();
    private long published = 1;

    WatchTranscript(WatchLimits limits) {
        hub = new WatchHub(store, tasks::add, limits, 1);
    }

    static String run(String script, WatchLimits limits) {
        WatchTranscript transcript = new WatchTranscript(limits);
        StringBuilder out = new StringBuilder();
        for (String line : script.lines().toList()) {
            if (!line.contains("> ")) {
                out.append(line).append('\n');
                transcript.command(line.strip());
                transcript.heard().forEach(heard -> out.append(heard).append('\n'));
            }
        }
        return out.toString();
    }

    private void command(String line) {
        int colon = line.indexOf(": ");
        String name = colon < 0 ? "" : line.substring(0, colon);
        String[] words = line.substring(colon < 0 ? 0 : colon + 2).split(" ", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "" -> {}
            case "put", "del" -> {
                store.commit(changes(line));
                publish();
            }
            case "commit" -> store.commit(changes(rest));
            case "publish" -> publish();
            case "install" -> {
                published = store.revision();
                hub.reset(published);
            }
            case "compact" -> store.compact(Long.parseLong(rest));
            case "run" -> {
                while (!tasks.isEmpty()) {
                    tasks.remove().run();
                }
            }
            case "read" -> tasks.remove().run();
            case "tick" -> hub.sendPeriodicProgress();
            case "fail" -> hub.fail(new IllegalStateException(rest));
            case "unreadable" -> store.failReads(new IllegalStateException(rest));
            default -> streamCommand(name, words[0], rest);
        }
    }

    private void streamCommand(String name, String command, String rest) {
        WatchStream stream = stream(name);
        FakeSink sink = Objects.requireNonNull(sinks.get(name));
        switch (command) {
            case "watch" -> stream.create(request(rest));
            case "cancel" -> stream.cancel(Long.parseLong(rest));
            case "progress" -> stream.requestProgress();
            case "block" -> sink.setRoom(0);
            case "room" -> {
                sink.setRoom(Long.parseLong(rest));
                stream.sinkReady();
            }
            case "ready" -> {
                sink.setRoom(Long.MAX_VALUE);
                stream.sinkReady();
            }
            case "break" -> sink.throwFromNowOn(new IllegalStateException("broken"));
            case "close" -> stream.close();
            default -> throw new IllegalArgumentException(command);
        }
    }

    private WatchStream stream(String name) {
        return streams.computeIfAbsent(name, first -> {
            FakeSink sink = new FakeSink();
            sinks.put(name, sink);
            return hub.open(sink);
        });
    }

    private void publish() {
        while (published < store.revision()) {
            published++;
            hub.publish(published, store.eventsOf(published), store::beforeUncompacted);
        }
    }

    private static List<FakeStore.Change> changes(String text) {
        List<FakeStore.Change> changes = new ArrayList<>();
        for (String part : text.split("; ", -1)) {
            String[] words = part.split(" ", 3);
            Bytes key = Bytes.utf8(words[1]);
            changes.add(new FakeStore.Change(key, words[0].equals("put") ? Bytes.utf8(words[2]) : null));
        }
        return changes;
    }

    private static WatchRequest request(String text) {
        List<String> words = List.of(text.split(" "));
        long from = 0;
        long id = 0;
        for (String word : words) {
            if (word.startsWith("from=")) {
                from = Long.parseLong(word.substring(5));
            } else if (word.startsWith("id=")) {
                id = Long.parseLong(word.substring(3));
            }
        }
        return new WatchRequest(
                range(words.get(0)),
                from,
                id,
                words.contains("prev"),
                words.contains("noput"),
                words.contains("nodelete"),
                words.contains("notify"));
    }

    private static KeyRange range(String text) {
        int dots = text.indexOf("..");
        if (text.endsWith("*")) {
            return KeyRange.prefix(Bytes.utf8(text.substring(0, text.length() - 1)));
        } else if (dots < 0) {
            return KeyRange.single(Bytes.utf8(text));
        } else if (text.endsWith("..")) {
            return KeyRange.fromKey(Bytes.utf8(text.substring(0, dots)));
        }
        return KeyRange.between(Bytes.utf8(text.substring(0, dots)), Bytes.utf8(text.substring(dots + 2)));
    }

    private List<String> heard() {
        List<String> heard = new ArrayList<>();
        sinks.forEach((name, sink) -> {
            sink.take().forEach(message -> heard.add(name + "> " + show(message)));
            sink.complaints().forEach(complaint -> heard.add(name + "> COMPLAINT " + complaint));
            Throwable failure = sink.failure();
            if (failure != null && failed.put(name, true) == null) {
                heard.add(name + "> failed: " + failure.getMessage());
            }
        });
        return heard;
    }

    private static String show(WatchMessage message) {
        if (message instanceof WatchMessage.Created created) {
            return created.watchId() + " created at " + created.revision();
        } else if (message instanceof WatchMessage.Events events) {
            return events.watchId() + " events at " + events.revision() + ": "
                    + events.events().stream()
                            .map(event -> show(event.event(), events.prevKv()))
                            .collect(Collectors.joining("; "));
        } else if (message instanceof WatchMessage.Progress progress) {
            return (progress.watchId() == WatchMessage.NO_WATCH ? "all" : progress.watchId()) + " progress at "
                    + progress.revision();
        } else if (message instanceof WatchMessage.Cancelled cancelled) {
            return cancelled.watchId() + " cancelled at " + cancelled.revision();
        } else if (message instanceof WatchMessage.Compacted compacted) {
            return compacted.watchId() + " compacted to " + compacted.compactRevision();
        } else if (message instanceof WatchMessage.Rejected rejected) {
            return "rejected " + rejected.reason() + " at " + rejected.revision();
        }
        throw new AssertionError(message);
    }

    private static String show(KeyEvent event, boolean withPrevKv) {
        String change = event.isDelete()
                ? "del " + event.kv().key()
                : "put " + event.kv().key() + " " + event.kv().value();
        String before = !withPrevKv
                ? ""
                : event.prevKv() == null
                        ? " was nothing"
                        : " was " + event.prevKv().value();
        return change + " @" + event.kv().modRevision() + before;
    }
}

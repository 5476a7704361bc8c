package io.quorlite.etcd.differential;

import com.google.protobuf.TextFormat;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.WatchCancelRequest;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchGrpc;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * One watch stream and what it said, watch by watch: created, each event, cancelled. How events are grouped into responses
 * while a watch catches up is the server's affair, and so is not part of it; that one revision is never split is.
 */
final class WatchTranscript implements AutoCloseable {
    /** The watch that tells when everything before it has been delivered. */
    private static final long LAST_WORD = 1_000;

    private static final String LAST_WORD_KEY = "zz/last-word";

    /** From here on ids belong to watches that only show how far the server has come with the others. */
    private static final long FIRST_PROBE = LAST_WORD + 1;

    private final Map<Long, List<String>> said = new TreeMap<>();
    private final Map<Long, Long> lastRevision = new TreeMap<>();
    private final StreamObserver<WatchRequest> requests;
    private long nextProbe = FIRST_PROBE;
    private int creations;
    private int answeredCreations;
    private boolean lastWord;

    WatchTranscript(Peer peer) {
        requests = WatchGrpc.newStub(peer.channel()).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                hear(response);
            }

            @Override
            public void onError(Throwable error) {
                synchronized (WatchTranscript.this) {
                    line(
                            Long.MAX_VALUE,
                            "stream ended: " + Status.fromThrowable(error).getCode());
                }
            }

            @Override
            public void onCompleted() {}
        });
        create(WatchCreateRequest.newBuilder()
                .setKey(Steps.key(LAST_WORD_KEY))
                .setWatchId(LAST_WORD)
                .build());
    }

    static String lastWordKey() {
        return LAST_WORD_KEY;
    }

    void create(WatchCreateRequest request) {
        synchronized (this) {
            creations++;
        }
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    void cancel(long watchId) {
        requests.onNext(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId))
                .build());
    }

    /**
     * Waits until watches that start in the past have caught up or were found compacted. etcd looks at those ten times a
     * second, at all of them together, so one that is made now tells of all before it.
     *
     * @param past a watch of a key that was changed at its start revision
     */
    synchronized void awaitCaughtUp(WatchCreateRequest past) throws InterruptedException {
        long probe = nextProbe++;
        create(past.toBuilder().setWatchId(probe).build());
        await(() -> said.getOrDefault(probe, List.of()).size() > 1, "a watch of the past");
    }

    /** Waits until every creation was answered, so that what is written next is behind it on both servers. */
    synchronized void awaitCreations() throws InterruptedException {
        await(() -> answeredCreations == creations, "answers to " + creations + " creations, not " + answeredCreations);
    }

    /** Waits for the event of the last-word key. */
    synchronized void awaitLastWord() throws InterruptedException {
        await(() -> lastWord, "the last event");
    }

    synchronized String text() {
        StringBuilder text = new StringBuilder();
        said.forEach((watch, lines) -> {
            if (watch < LAST_WORD || watch == Long.MAX_VALUE) {
                text.append("watch ").append(watch).append('\n');
                lines.forEach(line -> text.append("  ").append(line).append('\n'));
            }
        });
        return text.toString();
    }

    private synchronized void hear(WatchResponse response) {
        long watch = response.getWatchId();
        if (response.getCreated()) {
            answeredCreations++;
            line(watch, "created");
        }
        Long before = lastRevision.get(watch);
        if (before != null
                && response.getEventsCount() > 0
                && before == response.getEvents(0).getKv().getModRevision()) {
            line(watch, "revision " + before + " was split");
        }
        for (Event event : response.getEventsList()) {
            line(watch, TextFormat.printer().emittingSingleLine(true).printToString(event));
            lastWord |= watch == LAST_WORD;
        }
        if (response.getEventsCount() > 0 && !response.getFragment()) {
            lastRevision.put(
                    watch,
                    response.getEvents(response.getEventsCount() - 1).getKv().getModRevision());
        }
        if (response.getCanceled()) {
            line(
                    watch,
                    "cancelled, compacted at " + response.getCompactRevision() + ", because '"
                            + response.getCancelReason() + "'");
        }
        notifyAll();
    }

    private void line(long watch, String text) {
        said.computeIfAbsent(watch, id -> new ArrayList<>()).add(text);
        notifyAll();
    }

    private interface Level {
        boolean reached();
    }

    private void await(Level level, String what) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!level.reached()) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            if (leftMillis <= 0) {
                throw new AssertionError("waited in vain for " + what + "; so far:\n" + text());
            }
            wait(leftMillis);
        }
    }

    /** Cancels the call: one that is only half-closed goes on watching, on etcd and here. */
    @Override
    public void close() {
        ((ClientCallStreamObserver<WatchRequest>) requests).cancel("the sequence is over", null);
    }
}

package io.quorlite.etcd.transcript;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.CompactionRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseRevokeRequest;
import io.quorlite.etcd.proto.rpc.StatusResponse;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends a recorded client's requests to a cluster with an empty store and compares all that comes back with the recording, but
 * for what differs by nature (see {@link Leveller}): responses one by one, and of each watch the events up to where the
 * recorded client is known to have listened. Calls go to the endpoints in turn, one after the other. A lease that ran out in
 * the recording is revoked at that point, which is the same to all others. Single use, one thread.
 */
public final class TranscriptReplay implements AutoCloseable {
    private static final Duration WATCH_LIMIT = Duration.ofSeconds(30);
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final List<ManagedChannel> endpoints = new ArrayList<>();
    private final Leveller leveller = new Leveller();
    private final Differences differences = new Differences();
    private final List<ReplayedWatch> watches = new ArrayList<>();
    private int calls;
    private int events;
    private long revision = 1;

    /**
     * What a replay found.
     *
     * @param calls how many calls were made and compared
     * @param watches how many watches were opened
     * @param events how many events of theirs were compared
     * @param differences from the recording, each as readable text
     */
    public record Report(int calls, int watches, int events, List<String> differences) {
        @Override
        public String toString() {
            return calls + " calls, " + watches + " watches with " + events + " events, " + differences.size()
                    + " differences" + (differences.isEmpty() ? "" : ":\n" + String.join("\n\n", differences));
        }
    }

    /** Connects to the {@code endpoints} of one cluster, each as {@code host:port}. */
    public TranscriptReplay(List<String> endpoints) {
        for (String endpoint : endpoints) {
            this.endpoints.add(NettyChannelBuilder.forTarget(endpoint)
                    .usePlaintext()
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .build());
        }
    }

    public Report run(Transcript transcript) throws InvalidProtocolBufferException {
        for (Step step : ReplayPlan.of(transcript)) {
            if (step.action() instanceof Step.Unary unary) {
                call(unary);
            } else if (step.action() instanceof Step.OpenWatch open) {
                open(open.watch());
            } else if (step.action() instanceof Step.Expire expire) {
                LeaseGrpc.newBlockingStub(next())
                        .leaseRevoke(LeaseRevokeRequest.newBuilder()
                                .setID(leveller.replayedLease(expire.recordedLease()))
                                .build());
            }
            revision = step.revision();
        }
        awaitWatches();
        watches.forEach(this::compareWatch);
        return new Report(calls, watches.size(), events, differences.found());
    }

    private Channel next() {
        return endpoints.get(calls % endpoints.size());
    }

    // calls

    private void call(Step.Unary unary) {
        if (unary.request() instanceof CompactionRequest) {
            awaitWatches(); // what a compaction takes away must have been seen before, as it was in the recording
        }
        String where = unary.call().method() + ", call " + unary.call().number();
        Message answer;
        try {
            answer = unary.method().call(next(), leveller.request(unary.request()));
        } catch (StatusRuntimeException e) {
            differences.add(where, "  + " + e.getStatus());
            return;
        } finally {
            calls++;
        }
        compare(where, unary.response(), answer);
    }

    private void compare(String where, Message recorded, Message answer) {
        if (answer instanceof StatusResponse status) {
            compareStatus(where, (StatusResponse) recorded, status);
        } else if (answer instanceof LeaseGrantResponse lease) {
            LeaseGrantResponse known = (LeaseGrantResponse) recorded;
            leveller.leaseGranted(known.getID(), lease.getID());
            LeaseGrantResponse levelled = lease.toBuilder()
                    .setID(known.getID())
                    .setTTL(lease.getTTL() - Leveller.EXTRA_TTL_SECONDS)
                    .build();
            differences.compare(where, Leveller.recorded(recorded), leveller.replayed(levelled));
        } else {
            differences.compare(where, Leveller.recorded(recorded), leveller.replayed(answer));
        }
    }

    /** Sizes, indexes and versions are a server's own; a follower's revision may be behind. */
    private void compareStatus(String where, StatusResponse recorded, StatusResponse replayed) {
        if (!replayed.getErrorsList().equals(recorded.getErrorsList())) {
            differences.add(where, "  + errors " + replayed.getErrorsList());
        }
        long expected = recorded.getHeader().getRevision();
        long found = replayed.getHeader().getRevision();
        if (found > expected || (endpoints.size() == 1 && found != expected)) {
            differences.add(where, "  - revision " + expected + "\n  + revision " + found);
        }
    }

    // watches

    private void open(RecordedWatch recorded) {
        ReplayedWatch watch = new ReplayedWatch(recorded, endpoints.get(watches.size() % endpoints.size()));
        watches.add(watch);
        watch.awaitCreated(WATCH_LIMIT);
    }

    private void awaitWatches() {
        for (ReplayedWatch watch : watches) {
            watch.awaitRevision(revision, WATCH_LIMIT);
        }
    }

    private void compareWatch(ReplayedWatch watch) {
        String where = "watch of call " + watch.recorded().call().number() + " on "
                + watch.recorded().request().getKey().toStringUtf8();
        compareCreated(where, watch);
        compareEvents(where, watch);
        checkResponses(where, watch.responses());
    }

    private void compareCreated(String where, ReplayedWatch watch) {
        WatchResponse recorded = Leveller.recorded(watch.recorded().created());
        WatchResponse replayed = leveller.replayed(watch.created());
        if (endpoints.size() > 1) { // a follower may be behind
            recorded = recorded.toBuilder().clearHeader().build();
            replayed = replayed.toBuilder().clearHeader().build();
        }
        differences.compare(where + ", created", recorded, replayed);
    }

    private void compareEvents(String where, ReplayedWatch watch) {
        List<Event> recorded = watch.recorded().events();
        List<Event> replayed = watch.events().stream()
                .filter(event ->
                        event.getKv().getModRevision() <= watch.recorded().seenRevision())
                .map(leveller::replayed)
                .toList();
        events += recorded.size();
        if (recorded.size() != replayed.size()) {
            differences.add(where, "  - " + recorded.size() + " events\n  + " + replayed.size() + " events");
        }
        for (int i = 0; i < Math.min(recorded.size(), replayed.size()); i++) {
            differences.compare(where + ", event " + i, recorded.get(i), replayed.get(i));
        }
    }

    /** What holds for every stream, recorded or not: revisions rise, are not split, and no header is behind its events. */
    private void checkResponses(String where, List<WatchResponse> responses) {
        long before = 0;
        for (WatchResponse response : responses) {
            long last = before;
            for (Event event : response.getEventsList()) {
                long mod = event.getKv().getModRevision();
                if (mod < last || mod == before) {
                    differences.add(where, "  + revision " + mod + " after a response up to " + before);
                }
                last = mod;
            }
            if (response.getEventsCount() > 0 && response.getHeader().getRevision() < last) {
                differences.add(where, "  + a header of before its events:\n" + Differences.text(response));
            }
            before = last;
        }
    }

    @Override
    public void close() {
        watches.forEach(ReplayedWatch::close);
        endpoints.forEach(ManagedChannel::shutdownNow);
        for (ManagedChannel endpoint : endpoints) {
            try {
                endpoint.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

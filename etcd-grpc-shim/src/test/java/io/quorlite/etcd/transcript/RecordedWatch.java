package io.quorlite.etcd.transcript;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorlite.etcd.proto.kv.Event;
import io.quorlite.etcd.proto.rpc.WatchCreateRequest;
import io.quorlite.etcd.proto.rpc.WatchRequest;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * A recorded stream with its one watch.
 *
 * @param created the answer to {@code request}, at {@code micros}
 * @param events all that came, in order
 * @param seenRevision up to which revision the client is known to have been told everything before it went
 */
record RecordedWatch(
        Transcript.Call call,
        WatchCreateRequest request,
        WatchResponse created,
        long micros,
        List<Event> events,
        long seenRevision) {

    static RecordedWatch of(Transcript.Call call) throws InvalidProtocolBufferException {
        WatchCreateRequest request = onlyCreate(call);
        WatchResponse created = WatchResponse.getDefaultInstance();
        long micros = 0;
        long seen = 0;
        List<Event> events = new ArrayList<>();
        for (Transcript.Entry entry : call.ofKind("resp")) {
            WatchResponse response = WatchResponse.parseFrom(entry.message());
            if (response.getCreated()) {
                created = response;
                micros = entry.micros();
            } else {
                events.addAll(response.getEventsList());
                seen = Math.max(seen, response.getHeader().getRevision());
            }
        }
        if (!created.getCreated() || created.getCanceled()) {
            throw new IllegalArgumentException("call " + call.number() + " has no watch that was created");
        }
        return new RecordedWatch(call, request, created, micros, List.copyOf(events), seen);
    }

    private static WatchCreateRequest onlyCreate(Transcript.Call call) throws InvalidProtocolBufferException {
        List<WatchCreateRequest> creates = new ArrayList<>();
        for (Transcript.Entry entry : call.ofKind("req")) {
            WatchRequest request = WatchRequest.parseFrom(entry.message());
            if (request.hasCreateRequest()) {
                creates.add(request.getCreateRequest());
            }
        }
        if (creates.size() != 1) {
            throw new IllegalArgumentException(
                    "call " + call.number() + " has " + creates.size() + " watches, not one");
        }
        return creates.get(0);
    }
}

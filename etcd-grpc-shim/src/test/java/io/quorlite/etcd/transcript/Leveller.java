package io.quorlite.etcd.transcript;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.quorlite.etcd.proto.kv.KeyValue;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.PutRequest;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes from messages what differs by nature between two clusters: who answered in which term, and the ids of leases. */
final class Leveller {
    /** So that leases end when the replay says, not when a slow machine has taken too long. */
    static final long EXTRA_TTL_SECONDS = 100_000;

    private final Map<Long, Long> replayedByRecorded = new HashMap<>();
    private final Map<Long, Long> recordedByReplayed = new HashMap<>();

    void leaseGranted(long recorded, long replayed) {
        replayedByRecorded.put(recorded, replayed);
        recordedByReplayed.put(replayed, recorded);
    }

    long replayedLease(long recorded) {
        return translated(replayedByRecorded, recorded);
    }

    /** A recorded request as it is to be sent. */
    <M extends Message> M request(M recorded) {
        return walk(recorded, message -> {
            if (message instanceof PutRequest.Builder put) {
                put.setLease(translated(replayedByRecorded, put.getLease()));
            } else if (message instanceof LeaseGrantRequest.Builder grant) {
                grant.setTTL(grant.getTTL() + EXTRA_TTL_SECONDS);
            }
        });
    }

    /** A response of the recording, to be compared. */
    static <M extends Message> M recorded(M response) {
        return walk(response, Leveller::clearHeader);
    }

    /** A response of the replay, as the recording would have it. */
    <M extends Message> M replayed(M response) {
        return walk(response, message -> {
            clearHeader(message);
            if (message instanceof KeyValue.Builder kv) {
                kv.setLease(translated(recordedByReplayed, kv.getLease()));
            }
        });
    }

    private static void clearHeader(Message.Builder message) {
        if (message instanceof ResponseHeader.Builder header) {
            header.clearClusterId().clearMemberId().clearRaftTerm();
        }
    }

    private static long translated(Map<Long, Long> names, long lease) {
        return lease == 0 ? 0 : names.getOrDefault(lease, -lease); // an unknown one must show
    }

    private interface Change {
        void apply(Message.Builder message);
    }

    /** A copy of {@code message} with {@code change} applied to it and to every message in it. */
    @SuppressWarnings("unchecked") // a message's builder builds a message of its kind
    private static <M extends Message> M walk(M message, Change change) {
        Message.Builder builder = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.getKey().isRepeated()) {
                List<Message> changed = new ArrayList<>();
                for (Object each : (List<?>) field.getValue()) {
                    changed.add(walk((Message) each, change));
                }
                builder.setField(field.getKey(), changed);
            } else {
                builder.setField(field.getKey(), walk((Message) field.getValue(), change));
            }
        }
        change.apply(builder);
        return (M) builder.build();
    }
}

package io.quorlite.raft.transport;

import io.quorlite.sofajraft.protobuf.Message;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.ErrorResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.GetFileRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.GetFileResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.InstallSnapshotRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.InstallSnapshotResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.PingRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.ReadIndexRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.ReadIndexResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.RequestVoteRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.RequestVoteResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.TimeoutNowRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.TimeoutNowResponse;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engine's requests that travel between members, each with its kind and the response that answers it. What decides is
 * the name of the message in its protocol file: Java class names differ between builds that must be able to talk.
 */
@SuppressWarnings("ImmutableEnumChecker") // protobuf messages are immutable, only their interface does not say so
enum EngineMessage {
    APPEND_ENTRIES(1, AppendEntriesRequest.getDefaultInstance(), AppendEntriesResponse.getDefaultInstance()),
    REQUEST_VOTE(2, RequestVoteRequest.getDefaultInstance(), RequestVoteResponse.getDefaultInstance()),
    INSTALL_SNAPSHOT(3, InstallSnapshotRequest.getDefaultInstance(), InstallSnapshotResponse.getDefaultInstance()),
    TIMEOUT_NOW(4, TimeoutNowRequest.getDefaultInstance(), TimeoutNowResponse.getDefaultInstance()),
    READ_INDEX(5, ReadIndexRequest.getDefaultInstance(), ReadIndexResponse.getDefaultInstance()),
    GET_FILE(6, GetFileRequest.getDefaultInstance(), GetFileResponse.getDefaultInstance()),
    PING(7, PingRequest.getDefaultInstance(), ErrorResponse.getDefaultInstance());

    private static final Map<String, EngineMessage> BY_PROTO_NAME = new HashMap<>();

    static {
        for (EngineMessage message : values()) {
            BY_PROTO_NAME.put(message.protoName(), message);
        }
    }

    private final int kind;
    private final Message request;
    private final Message response;

    EngineMessage(int kind, Message request, Message response) {
        this.kind = kind;
        this.request = request;
        this.response = response;
    }

    int kind() {
        return kind;
    }

    /** An empty request, which knows how to parse one. */
    Message request() {
        return request;
    }

    /** An empty response, which knows how to parse one. */
    Message response() {
        return response;
    }

    String protoName() {
        return request.getDescriptorForType().getFullName();
    }

    /** The entry for a request, null for one that does not travel between members. */
    static @Nullable EngineMessage of(Message request) {
        return BY_PROTO_NAME.get(request.getDescriptorForType().getFullName());
    }

    /** The entry for the name by which the engine's processors tell in this JVM what they want. */
    static @Nullable EngineMessage ofJavaClass(String className) {
        for (EngineMessage message : values()) {
            if (message.request.getClass().getName().equals(className)) {
                return message;
            }
        }
        return null;
    }
}

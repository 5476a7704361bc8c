package io.quorlite.raft.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.protobuf.ByteString;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.ErrorResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.RequestVoteResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EngineMessageTest {
    /** What is written here is in use by every released version; it may grow, but no line may change. */
    @Test
    void kindsKeepTheirMessages() {
        Map<Integer, String> kinds = new LinkedHashMap<>();
        for (EngineMessage message : EngineMessage.values()) {
            kinds.put(
                    message.kind(),
                    message.protoName() + " "
                            + message.response().getDescriptorForType().getFullName());
        }

        assertThat(kinds)
                .isEqualTo(Map.of(
                        1, "jraft.AppendEntriesRequest jraft.AppendEntriesResponse",
                        2, "jraft.RequestVoteRequest jraft.RequestVoteResponse",
                        3, "jraft.InstallSnapshotRequest jraft.InstallSnapshotResponse",
                        4, "jraft.TimeoutNowRequest jraft.TimeoutNowResponse",
                        5, "jraft.ReadIndexRequest jraft.ReadIndexResponse",
                        6, "jraft.GetFileRequest jraft.GetFileResponse",
                        7, "jraft.PingRequest jraft.ErrorResponse"));
        assertThat(kinds.keySet()).allMatch(kind -> kind >= PeerKinds.ENGINE_FIRST && kind <= PeerKinds.ENGINE_LAST);
    }

    @Test
    void messagesSurviveTheWay() throws Exception {
        AppendEntriesRequest request = AppendEntriesRequest.newBuilder()
                .setGroupId("g")
                .setServerId("a:1")
                .setPeerId("b:1")
                .setTerm(7)
                .setPrevLogTerm(6)
                .setPrevLogIndex(41)
                .setCommittedIndex(40)
                .setData(ByteString.copyFrom(new byte[100_000]))
                .build();

        ByteBuf payload = written(ProtoBody.request(request));

        assertThat(ProtoBody.parseRequest(EngineMessage.APPEND_ENTRIES, payload))
                .isEqualTo(request);
    }

    @Test
    void tellsAResponseFromAnError() throws Exception {
        RequestVoteResponse vote =
                RequestVoteResponse.newBuilder().setTerm(3).setGranted(true).build();
        ErrorResponse error =
                ErrorResponse.newBuilder().setErrorCode(5).setErrorMsg("no").build();

        assertThat(ProtoBody.parseResponse(EngineMessage.REQUEST_VOTE, written(ProtoBody.response(vote))))
                .isEqualTo(vote);
        assertThat(ProtoBody.parseResponse(EngineMessage.REQUEST_VOTE, written(ProtoBody.response(error))))
                .isEqualTo(error);
    }

    private static ByteBuf written(ProtoBody body) {
        ByteBuf buffer = Unpooled.directBuffer(body.bytes());
        body.write(buffer);
        assertThat(buffer.readableBytes()).isEqualTo(body.bytes());
        return buffer;
    }

    @Test
    void theEngineReadsBackTheNameOfAMember() {
        PeerId peer = PeerId.parsePeer(PeerIds.of(0xFEDC_BA98_0000_0001L).toString());

        assertThat(peer).isEqualTo(PeerIds.of(0xFEDC_BA98_0000_0001L));
        assertThat(PeerIds.memberId(PeerIds.of(-1))).isEqualTo(-1);
        assertThat(MemberIds.text(0x1F)).isEqualTo("m000000000000001f");
    }
}

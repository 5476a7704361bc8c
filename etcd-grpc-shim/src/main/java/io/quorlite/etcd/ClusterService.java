package io.quorlite.etcd;

import io.grpc.stub.StreamObserver;
import io.quorlite.datastore.Datastore;
import io.quorlite.etcd.proto.rpc.ClusterGrpc;
import io.quorlite.etcd.proto.rpc.Member;
import io.quorlite.etcd.proto.rpc.MemberListRequest;
import io.quorlite.etcd.proto.rpc.MemberListResponse;
import java.util.concurrent.CompletableFuture;

/** etcd's Cluster service: lists the members; changing them comes later. Thread-safe. */
final class ClusterService extends ClusterGrpc.ClusterImplBase {
    /** The revision of a header that has none: membership is not part of the key space. */
    private static final long NO_REVISION = 0;

    private final Datastore store;
    private final ProtoMapper mapper;

    ClusterService(Datastore store, ProtoMapper mapper) {
        this.store = store;
        this.mapper = mapper;
    }

    @Override
    public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> client) {
        UnaryReply.send(client, () -> confirmed(request.getLinearizable()), ignored -> members());
    }

    private CompletableFuture<Long> confirmed(boolean linearizable) {
        return linearizable ? store.checkLinearizable() : CompletableFuture.completedFuture(0L);
    }

    private MemberListResponse members() {
        MemberListResponse.Builder reply = MemberListResponse.newBuilder().setHeader(mapper.header(NO_REVISION));
        for (io.quorlite.replication.Member member : store.members()) {
            reply.addMembers(Member.newBuilder()
                    .setID(member.id())
                    .setName(member.name())
                    .addPeerURLs("http://" + member.peerAddress())
                    .addAllClientURLs(member.clientUrls())
                    .setIsLearner(member.learner()));
        }
        return reply.build();
    }
}

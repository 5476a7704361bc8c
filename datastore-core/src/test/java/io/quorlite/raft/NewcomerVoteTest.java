package io.quorlite.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.raft.transport.AddressBook;
import io.quorlite.raft.transport.MemberIds;
import io.quorlite.raft.transport.PeerIds;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.raft.transport.PeerTransportConfig;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.sofajraft.rpc.RpcRequests.RequestVoteRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.RequestVoteResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One that was invited, and nobody has added yet. */
@Timeout(120)
class NewcomerVoteTest {
    private static final long CLUSTER = 77;
    private static final int REQUEST_VOTE = 2; // part of the protocol

    @TempDir
    Path directory;

    @Test
    void givesNoVoteAndTakesNoTermBeforeItHasAConfiguration() throws Exception {
        assertThat(askForVote(List.of()).getGranted()).isFalse();
    }

    @Test
    void aMemberWithAConfigurationVotes() throws Exception {
        Member other = new Member(9, "other", new PeerAddress("127.0.0.1", 1), false);
        assertThat(askForVote(List.of(other)).getGranted()).isTrue();
    }

    private RequestVoteResponse askForVote(List<Member> others) throws Exception {
        Member self = Trio.newMember(4);
        List<Member> initial = others.isEmpty() ? List.of() : List.of(self, others.get(0));
        AddressBook book = new AddressBook();
        book.put(4, self.peerAddress());
        RaftConfig config = RaftConfig.builder(directory.resolve("raft"), CLUSTER, self)
                .initialMembers(initial)
                .electionTimeout(Duration.ofSeconds(30))
                .build();
        try (FileReplica replica = new FileReplica(directory.resolve("db").resolve("entries"));
                RaftReplication newcomer = new RaftReplication(config);
                PeerTransport candidate =
                        new PeerTransport(PeerTransportConfig.of(CLUSTER, 9, new PeerAddress("127.0.0.1", 0)), book)) {
            newcomer.start(replica);
            candidate.start();
            Waiting.until("connected", () -> candidate.connect(4));
            RequestVoteRequest request = RequestVoteRequest.newBuilder()
                    .setGroupId("q" + Long.toHexString(CLUSTER))
                    .setServerId(MemberIds.text(9) + ":1")
                    .setPeerId(PeerIds.of(4).toString())
                    .setTerm(5)
                    .setLastLogTerm(4)
                    .setLastLogIndex(100)
                    .setPreVote(false)
                    .build();

            byte[] answer = candidate
                    .call(4, REQUEST_VOTE, request.toByteArray(), Duration.ofSeconds(30))
                    .get();

            return RequestVoteResponse.parseFrom(Arrays.copyOfRange(answer, 1, answer.length));
        }
    }
}

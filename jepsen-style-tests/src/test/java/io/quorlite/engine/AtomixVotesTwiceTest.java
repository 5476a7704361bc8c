package io.quorlite.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.cluster.ClusterMembershipService;
import io.atomix.cluster.MemberId;
import io.atomix.primitive.PrimitiveTypeRegistry;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.RaftServerProtocol;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.protocol.VoteResponse;
import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.system.Configuration;
import io.atomix.storage.StorageLevel;
import io.atomix.utils.concurrent.ThreadModel;
import io.atomix.utils.serializer.Namespace;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Why {@code io.atomix:atomix-raft} is not the engine (docs/adr/0001): its newest release, 3.1.12, grants two votes in one term.
 *
 * <p>Raft lets a server vote once in a term (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm",
 * section 5.2); two votes let two leaders be elected in it, and then acknowledged writes are lost. {@code RaftContext.setLeader}
 * writes an empty vote whenever a leader of the current term is learnt. These tests pass while the fault is there: should one
 * fail with a newer release, the decision can be looked at again.
 */
class AtomixVotesTwiceTest {
    private static final MemberId SELF = MemberId.from("n1");
    private static final MemberId SECOND = MemberId.from("n2");
    private static final MemberId THIRD = MemberId.from("n3");
    private static final long TERM = 5;

    @TempDir
    Path directory;

    @Test
    void grantsASecondVoteInOneTermAfterARestart() throws Exception {
        try (Server server = new Server(directory)) {
            assertThat(server.vote(SECOND).voted())
                    .as("the first vote of term 5")
                    .isTrue();
            assertThat(server.vote(THIRD).voted())
                    .as("a second one, refused while the vote is remembered")
                    .isFalse();

            assertThat(server.emptyAppend(SECOND).status()).isEqualTo(RaftResponse.Status.OK);
        }

        try (Server restarted = new Server(directory)) {
            VoteResponse second = restarted.vote(THIRD);

            assertThat(second.term()).isEqualTo(TERM);
            assertThat(second.voted())
                    .as("a second vote in term 5, for another candidate")
                    .isTrue();
        }
    }

    @Test
    void theVoteIsForgottenOnceTheLeaderOfTheTermIsKnown() throws Exception {
        try (Server server = new Server(directory)) {
            server.vote(SECOND);
            assertThat(server.storedVote()).isEqualTo(SECOND);

            server.emptyAppend(SECOND);

            assertThat(server.storedVote())
                    .as("the vote of term 5, while the term is still 5")
                    .isNull();
            assertThat(server.storedTerm()).isEqualTo(TERM);
        }
    }

    /** One atomix server in three, with its votes on disk; the others are played by the test. */
    private static final class Server implements AutoCloseable {
        private final RaftContext context;

        Server(Path directory) throws Exception {
            RaftStorage storage = RaftStorage.builder()
                    .withPrefix("proof")
                    .withDirectory(directory.toFile())
                    .withStorageLevel(StorageLevel.DISK)
                    .withNamespace(storedTypes())
                    .build();
            context = new RaftContext(
                    "proof",
                    SELF,
                    silent(ClusterMembershipService.class),
                    silent(RaftServerProtocol.class),
                    storage,
                    silent(PrimitiveTypeRegistry.class),
                    ThreadModel.SHARED_THREAD_POOL.factory("proof-%d", 2, LoggerFactory.getLogger(Server.class)),
                    true);
            // Long enough that no election of its own begins while the test plays the other two.
            context.setElectionTimeout(java.time.Duration.ofMinutes(5));
            context.getCluster().bootstrap(List.of(SELF, SECOND, THIRD));
            onThread(() -> {
                context.transition(RaftMember.Type.ACTIVE);
                return CompletableFuture.completedFuture(null);
            });
        }

        /** What atomix stores beside the vote. Its own list of types needs parts of the JDK that are closed since 17. */
        private static Namespace storedTypes() {
            return Namespace.builder()
                    .register(Configuration.class)
                    .register(java.util.ArrayList.class)
                    .register(java.util.HashSet.class)
                    .register(DefaultRaftMember.class)
                    .register(MemberId.class)
                    .register(RaftMember.Type.class)
                    .register(java.time.Instant.class)
                    .build();
        }

        VoteResponse vote(MemberId candidate) throws Exception {
            VoteRequest request = VoteRequest.builder()
                    .withTerm(TERM)
                    .withCandidate(candidate)
                    .withLastLogIndex(1)
                    .withLastLogTerm(1)
                    .build();
            return onThread(() -> context.getRaftRole().onVote(request));
        }

        AppendResponse emptyAppend(MemberId leader) throws Exception {
            AppendRequest request = AppendRequest.builder()
                    .withTerm(TERM)
                    .withLeader(leader)
                    .withPrevLogIndex(0)
                    .withPrevLogTerm(0)
                    .withEntries(List.of())
                    .withCommitIndex(0)
                    .build();
            return onThread(() -> context.getRaftRole().onAppend(request));
        }

        MemberId storedVote() {
            return context.getMetaStore().loadVote();
        }

        long storedTerm() {
            return context.getMetaStore().loadTerm();
        }

        private <T> T onThread(Supplier<CompletableFuture<T>> call) throws Exception {
            CompletableFuture<T> answer = new CompletableFuture<>();
            context.getThreadContext().execute(() -> {
                try {
                    call.get().whenComplete((value, failure) -> {
                        if (failure != null) {
                            answer.completeExceptionally(failure);
                        } else {
                            answer.complete(value);
                        }
                    });
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
            });
            return answer.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            context.close();
        }

        /** A peer that never answers: what it would say does not matter to the vote. */
        private static <T> T silent(Class<T> port) {
            return port.cast(
                    Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> {
                        if (method.getReturnType() == CompletableFuture.class) {
                            return new CompletableFuture<>();
                        }
                        if (method.getName().equals("hashCode")) {
                            return System.identityHashCode(proxy);
                        }
                        return method.getReturnType() == boolean.class ? Boolean.FALSE : null;
                    }));
        }
    }
}

package io.quorlite.raft;

import io.quorlite.raft.Answer.Outcome;
import io.quorlite.raft.transport.PeerKinds;
import io.quorlite.raft.transport.PeerReply;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.raft.transport.PeerUnavailableException;
import io.quorlite.replication.ProposalListener;
import io.quorlite.replication.ReplicationException;
import io.quorlite.replication.ReplicationException.Kind;
import io.quorlite.sofajraft.Closure;
import io.quorlite.sofajraft.Node;
import io.quorlite.sofajraft.Status;
import io.quorlite.sofajraft.entity.Task;
import io.quorlite.sofajraft.error.RaftError;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes proposals to the log: into the engine where this member leads, to the leader where another does. Bounded in entries
 * and bytes between acceptance and outcome. Thread-safe.
 *
 * <p>Forwarded, a proposal is {@code term (8) entry}; the leader takes it in that term or not at all, and answers once it is
 * applied there, refused, or of unknown outcome.
 */
final class Proposals {
    /** Refusals of the engine before a proposal is appended. Its other failures leave the outcome open. */
    private static final String IS_NOT_LEADER = "Is not leader.";

    private static final String IS_TRANSFERRING = "Is transferring leadership.";

    private static final String OTHER_TERM = "expected_term=";

    /** Hears one proposal's end. Any thread; must not block. */
    private interface Ending {
        void applied();

        void refused(ReplicationException reason);

        void unknown(ReplicationException reason);
    }

    private final Node node;
    private final Leadership leadership;
    private final @Nullable PeerTransport transport;
    private final Duration forwardTimeout;
    private final int entryBytesMax;
    private final int entriesMax;
    private final long bytesMax;
    private int entries; // in flight; guarded by this, as are their bytes
    private long bytes;

    Proposals(Node node, Leadership leadership, @Nullable PeerTransport transport, RaftConfig config) {
        this.node = node;
        this.leadership = leadership;
        this.transport = transport;
        this.forwardTimeout = config.forwardTimeout();
        this.entryBytesMax = config.entryBytesMax();
        this.entriesMax = config.inFlightEntriesMax();
        this.bytesMax = config.inFlightBytesMax();
    }

    void propose(byte[] entry, ProposalListener listener) {
        Leadership.View view = leadership.view();
        if (view.leading()) {
            proposeHere(entry, listener, view.term());
        } else if (view.leaderId() == 0 || transport == null) {
            listener.refused(new ReplicationException(Kind.NO_LEADER, "no leader is known"));
        } else {
            forward(transport, entry, listener, view);
        }
    }

    /** Handles a forwarded proposal. Runs on the event loop and does not block: the engine's queue refuses when it is full. */
    void proposeFor(byte[] request, PeerReply reply) {
        if (request.length <= Long.BYTES) {
            reply.fail("a forwarded proposal without an entry");
            return;
        }
        long term = ByteBuffer.wrap(request).getLong();
        Leadership.View view = leadership.view();
        if (!view.leading() || view.term() != term) {
            reply.send(Answer.failed(Outcome.REFUSED, notLeader("of term " + term)));
            return;
        }
        byte[] entry = Arrays.copyOfRange(request, Long.BYTES, request.length);
        if (entry.length > entryBytesMax) {
            reply.send(Answer.failed(
                    Outcome.REFUSED,
                    new ReplicationException(
                            Kind.TOO_LARGE, entry.length + " bytes, the leader's limit is " + entryBytesMax)));
            return;
        }
        append(entry, term, new RemoteEnding(reply));
    }

    private void proposeHere(byte[] entry, ProposalListener listener, long term) {
        listener.sent(term); // first: it may be applied before apply() below returns
        append(entry, term, new LocalEnding(listener));
    }

    private void append(byte[] entry, long term, Ending ending) {
        if (!acquire(entry.length)) {
            ending.refused(overloaded());
            return;
        }
        try {
            node.apply(new Task(ByteBuffer.wrap(entry), new AppendClosure(ending, entry.length), term));
        } catch (IllegalStateException e) {
            // The node is stopping; the engine runs the closure all the same.
        }
    }

    private void forward(PeerTransport to, byte[] entry, ProposalListener listener, Leadership.View leader) {
        if (!acquire(entry.length)) {
            listener.refused(overloaded());
            return;
        }
        byte[] request = ByteBuffer.allocate(Long.BYTES + entry.length)
                .putLong(leader.term())
                .put(entry)
                .array();
        listener.sent(leader.term());
        to.call(leader.leaderId(), PeerKinds.PROPOSE, request, forwardTimeout).whenComplete((reply, error) -> {
            release(entry.length);
            if (error == null) {
                tell(listener, Answer.decode(reply));
            } else {
                tellLost(listener, error);
            }
        });
    }

    private static void tell(ProposalListener listener, Answer answer) {
        switch (answer.outcome()) {
            case DONE -> {} // the committed stream tells
            case REFUSED -> listener.refused(answer.reason());
            case UNKNOWN -> listener.unknown(answer.reason());
        }
    }

    private static void tellLost(ProposalListener listener, Throwable error) {
        ReplicationException reason = Answer.reason(error);
        Throwable cause = error.getCause() == null ? error : error.getCause();
        if (cause instanceof PeerUnavailableException lost && lost.kind() == PeerUnavailableException.Kind.UNSENT) {
            listener.refused(reason);
        } else {
            listener.unknown(reason);
        }
    }

    private synchronized boolean acquire(int length) {
        if (entries >= entriesMax || bytes + length > bytesMax) {
            return false;
        }
        entries++;
        bytes += length;
        return true;
    }

    private synchronized void release(int length) {
        entries--;
        bytes -= length;
    }

    private ReplicationException overloaded() {
        return new ReplicationException(
                Kind.OVERLOADED, "proposals in flight: " + entriesMax + " entries or " + bytesMax + " bytes");
    }

    private static ReplicationException notLeader(String detail) {
        return new ReplicationException(Kind.NOT_LEADER, "not the leader " + detail);
    }

    private static final class LocalEnding implements Ending {
        private final ProposalListener listener;

        LocalEnding(ProposalListener listener) {
            this.listener = listener;
        }

        @Override
        public void applied() {} // the committed stream tells

        @Override
        public void refused(ReplicationException reason) {
            listener.refused(reason);
        }

        @Override
        public void unknown(ReplicationException reason) {
            listener.unknown(reason);
        }
    }

    private static final class RemoteEnding implements Ending {
        private final PeerReply reply;

        RemoteEnding(PeerReply reply) {
            this.reply = reply;
        }

        @Override
        public void applied() {
            reply.send(Answer.done(new byte[0]));
        }

        @Override
        public void refused(ReplicationException reason) {
            reply.send(Answer.failed(Outcome.REFUSED, reason));
        }

        @Override
        public void unknown(ReplicationException reason) {
            reply.send(Answer.failed(Outcome.UNKNOWN, reason));
        }
    }

    /** What the engine runs once per task: after it was applied here, or when it gives it up. */
    private final class AppendClosure implements Closure {
        private final Ending ending;
        private final int length;

        AppendClosure(Ending ending, int length) {
            this.ending = ending;
            this.length = length;
        }

        @Override
        public void run(Status status) {
            release(length);
            if (status.isOk()) {
                ending.applied();
                return;
            }
            RaftError error = status.getRaftError();
            String message = String.valueOf(status.getErrorMsg());
            if (error == RaftError.EBUSY && message.equals(IS_TRANSFERRING)) {
                ending.refused(
                        new ReplicationException(Kind.NOT_LEADER, message)); // as good as gone: the next one takes it
            } else if (error == RaftError.EBUSY) {
                ending.refused(new ReplicationException(Kind.OVERLOADED, message));
            } else if (error == RaftError.EPERM && neverAppended(message)) {
                ending.refused(new ReplicationException(Kind.NOT_LEADER, message));
            } else if (error == RaftError.ENODESHUTDOWN) {
                ending.refused(new ReplicationException(Kind.STOPPED, message));
            } else {
                // "Leader stepped down" is EPERM, too, and such entries are often committed by the next leader.
                ending.unknown(new ReplicationException(Kind.LEADER_CHANGED, message));
            }
        }

        private static boolean neverAppended(String message) {
            return message.equals(IS_NOT_LEADER) || message.startsWith(OTHER_TERM);
        }
    }
}

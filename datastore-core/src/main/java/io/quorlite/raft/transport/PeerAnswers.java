package io.quorlite.raft.transport;

import io.quorlite.sofajraft.protobuf.Message;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesRequest;
import io.quorlite.sofajraft.rpc.RpcRequests.AppendEntriesResponse;
import io.quorlite.sofajraft.rpc.RpcRequests.InstallSnapshotRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a leader learns of the other members from their answers, and from nothing else: the engine's own numbers begin with a
 * guess. Thread-safe.
 */
public final class PeerAnswers {
    /**
     * How a member stands in a term.
     *
     * @param matchIndex the last index that its log is known to share with the leader's
     * @param silentNanos since its last answer; Long.MAX_VALUE for none in this term
     * @param copying whether it is being sent the database
     */
    public record View(long matchIndex, long silentNanos, boolean copying) {
        static final View NOTHING = new View(0, Long.MAX_VALUE, false);

        /** Whether it answered during the last {@code millis}. */
        public boolean heardWithin(long millis) {
            return silentNanos <= TimeUnit.MILLISECONDS.toNanos(millis);
        }
    }

    private final Map<Long, Heard> members = new ConcurrentHashMap<>();

    /** What was heard of {@code memberId} by this member as the leader of {@code term}. */
    public View view(long memberId, long term) {
        Heard heard = members.get(memberId);
        return heard == null ? View.NOTHING : heard.view(term);
    }

    /** A request leaves; null where its answer tells nothing. */
    @Nullable Request sent(long memberId, Message request) {
        if (request instanceof AppendEntriesRequest append) {
            return new Request(
                    heard(memberId), append.getTerm(), append.getPrevLogIndex() + append.getEntriesCount(), false);
        }
        if (request instanceof InstallSnapshotRequest install) {
            Heard heard = heard(memberId);
            heard.copies(install.getTerm(), 1);
            return new Request(heard, install.getTerm(), 0, true);
        }
        return null;
    }

    private Heard heard(long memberId) {
        Heard heard = members.get(memberId);
        return heard != null ? heard : members.computeIfAbsent(memberId, id -> new Heard());
    }

    /** A request under way; keeps nothing of its content. */
    static final class Request {
        private final Heard heard;
        private final long term;
        private final long lastIndex;
        private final boolean copy;

        private Request(Heard heard, long term, long lastIndex, boolean copy) {
            this.heard = heard;
            this.term = term;
            this.lastIndex = lastIndex;
            this.copy = copy;
        }

        void answered(Message response) {
            boolean matches = response instanceof AppendEntriesResponse append
                    && append.getSuccess()
                    && !append.hasErrorResponse()
                    && append.getTerm() == term;
            heard.answered(term, matches ? lastIndex : 0);
            over();
        }

        void failed() {
            over();
        }

        private void over() {
            if (copy) {
                heard.copies(term, -1);
            }
        }
    }

    private static final class Heard {
        private long term; // all guarded by this
        private long matchIndex;
        private boolean answered;
        private long answeredNanos;
        private int copies;

        synchronized void answered(long ofTerm, long matched) {
            if (begin(ofTerm)) {
                matchIndex = Math.max(matchIndex, matched);
                answered = true;
                answeredNanos = System.nanoTime();
            }
        }

        synchronized void copies(long ofTerm, int change) {
            if (begin(ofTerm)) {
                copies = Math.max(0, copies + change);
            }
        }

        private boolean begin(long ofTerm) {
            if (ofTerm > term) {
                term = ofTerm;
                matchIndex = 0;
                answered = false;
                copies = 0;
            }
            return ofTerm == term;
        }

        synchronized View view(long ofTerm) {
            if (ofTerm != term) {
                return View.NOTHING;
            }
            long silent = answered ? Math.max(0, System.nanoTime() - answeredNanos) : Long.MAX_VALUE;
            return new View(matchIndex, silent, copies > 0);
        }
    }
}

package io.quorlite.raft;

/**
 * What this member knows of who leads. Written by the apply thread alone, in the order of the log; read by any thread.
 */
final class Leadership {
    /**
     * @param leaderId the leader, 0 for none
     * @param leading whether this member leads and accepts proposals
     * @param ready whether its first entry of this term is applied, so that it may answer reads
     */
    record View(long leaderId, long term, boolean leading, boolean ready) {}

    /** Told after each change of leader or term, on the apply thread; must not block. */
    interface Listener {
        void leadershipChanged(View view);
    }

    private static final View NONE = new View(0, 0, false, false);

    private final Listener listener;
    private volatile View view = NONE;

    Leadership(Listener listener) {
        this.listener = listener;
    }

    View view() {
        return view;
    }

    void leading(long selfId, long term) {
        set(new View(selfId, term, true, false));
    }

    void ready() {
        View now = view;
        view = new View(now.leaderId(), now.term(), true, true); // the same leader in the same term: nobody is told
    }

    void following(long leaderId, long term) {
        set(new View(leaderId, term, false, false));
    }

    void leaderless() {
        set(new View(0, view.term(), false, false));
    }

    private void set(View next) {
        view = next;
        listener.leadershipChanged(next);
    }
}

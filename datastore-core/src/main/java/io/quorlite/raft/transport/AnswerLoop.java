package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import io.quorlite.sofajraft.util.concurrent.SingleThreadExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which the engine takes up what members answer to a leader: an event loop of the transport, so that most answers are
 * taken up where they were read, without a hand-over. Thread-safe.
 *
 * <p>Safety: exactly one thread. A read index round shares one closure among the heartbeats to all followers and keeps the response
 * in a field of it; with two threads the success of one follower could be counted for another.
 */
final class AnswerLoop implements SingleThreadExecutor {
    private static final Logger LOG = LoggerFactory.getLogger(AnswerLoop.class);

    private final EventExecutor loop;

    AnswerLoop(EventExecutor loop) {
        this.loop = loop;
    }

    boolean isCurrentThread() {
        return loop.inEventLoop();
    }

    /** Runs {@code task} later, also if called on the loop: the engine calls this with its locks held. */
    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the transport is closed", e);
        }
    }

    /** Leaves the loop alone: it is the transport's. */
    @Override
    public boolean shutdownGracefully() {
        return true;
    }

    @Override
    public boolean shutdownGracefully(long timeout, TimeUnit unit) {
        return true;
    }
}

package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** The queue with a client and an event loop that the test plays. */
class WatchQueueTest {
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<EncodedReply> sent = new ArrayList<>();
    private boolean clientReady;
    private int roomSignals;
    private final WatchQueue queue = new WatchQueue(loop::add, () -> clientReady, sent::add, () -> roomSignals++, 100);

    @Test
    void sendsInOrderOnTheLoopOnly() {
        clientReady = true;
        EncodedReply first = frame(10);
        EncodedReply second = frame(200);

        queue.offer(List.of(first));
        queue.offer(List.of(second));

        assertThat(sent).isEmpty();
        runLoop();
        assertThat(sent).containsExactly(first, second);
    }

    @Test
    void schedulesOneDrainForManyOffers() {
        queue.offer(List.of(frame(1)));
        queue.offer(List.of(frame(1)));

        assertThat(loop).hasSize(1);
    }

    @Test
    void hasNoRoomWhileTheClientDoesNotTakeWhatIsQueued() {
        queue.offer(List.of(frame(60)));
        runLoop();
        assertThat(queue.hasRoom()).isTrue();

        queue.offer(List.of(frame(60)));
        runLoop();
        assertThat(queue.hasRoom()).isFalse();
        assertThat(roomSignals).isZero();

        clientReady = true;
        queue.resume();
        runLoop();
        assertThat(sent).hasSize(2);
        assertThat(queue.hasRoom()).isTrue();
        assertThat(roomSignals).isOne();
    }

    @Test
    void signalsRoomToNobodyWhoDidNotFindItFull() {
        clientReady = true;

        queue.offer(List.of(frame(150)));
        runLoop();

        assertThat(roomSignals).isZero();
    }

    @Test
    void dropsEverythingOnceClosed() {
        queue.offer(List.of(frame(10)));
        queue.close();
        clientReady = true;
        queue.offer(List.of(frame(10)));
        queue.resume();
        runLoop();

        assertThat(sent).isEmpty();
        assertThat(queue.hasRoom()).isFalse();
    }

    private void runLoop() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    private static EncodedReply frame(int bytes) {
        return EncodedReply.of(new byte[bytes], List.of());
    }
}

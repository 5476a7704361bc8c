package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyRange;
import io.quorlite.simulation.Simulation;
import io.quorlite.watch.WatchMessage;
import io.quorlite.watch.WatchRequest;
import io.quorlite.watch.WatchSink;
import io.quorlite.watch.WatchStream;
import java.util.ArrayList;
import java.util.List;

/** A stream of watches at one member, from its opening to its end, with a client that has not always room for more. */
final class SimulatedWatcher implements WatchSink {
    private final Simulation simulation;
    final String member;
    final WatchStream stream;
    final List<WatchRequest> requests = new ArrayList<>();
    final List<WatchMessage> said = new ArrayList<>();
    private int room = 5;
    boolean failed;

    SimulatedWatcher(Simulation simulation, SimulatedMember member) {
        this.simulation = simulation;
        this.member = member.name();
        this.stream = member.store().watch(this);
    }

    /** Does what a client may do next. */
    void act(long newestRevision) {
        int dice = simulation.random().nextInt(10);
        if (failed) {
            return;
        }
        if (dice < 3 && requests.size() < 6) {
            long start = simulation.chance(0.4) ? 0 : Math.max(1, newestRevision + simulation.between(-25, 10));
            KeyRange keys = simulation.chance(0.4)
                    ? KeyRange.single(Bytes.utf8("k" + simulation.random().nextInt(6)))
                    : KeyRange.prefix(Bytes.utf8("k"));
            WatchRequest request = new WatchRequest(
                    keys, start, 0, simulation.chance(0.5), simulation.chance(0.1), false, simulation.chance(0.5));
            requests.add(request);
            stream.create(request);
        } else if (dice < 4 && !requests.isEmpty()) {
            stream.cancel(simulation.random().nextInt(requests.size()));
        } else if (dice < 5) {
            stream.requestProgress();
        } else {
            makeRoom(simulation.random().nextInt(6));
        }
    }

    void makeRoom(int messages) {
        room = messages;
        if (room > 0 && !failed) {
            stream.sinkReady();
        }
    }

    @Override
    public boolean isReady() {
        return room > 0;
    }

    @Override
    public void deliver(WatchMessage message) {
        said.add(message);
        if (message instanceof WatchMessage.Events) {
            room--;
        }
        simulation.trace(() -> "watch at " + member + " " + text(message));
    }

    @Override
    public void fail(Throwable cause) {
        failed = true;
    }

    private static String text(WatchMessage message) {
        return message instanceof WatchMessage.Events events
                ? events.watchId() + " "
                        + events.events().stream().map(each -> each.event()).toList()
                : message.toString();
    }
}

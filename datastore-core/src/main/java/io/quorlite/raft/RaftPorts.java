package io.quorlite.raft;

import io.quorlite.raft.log.Disk;
import io.quorlite.raft.transport.AddressBook;
import io.quorlite.raft.transport.Admission;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.raft.transport.PeerTransportConfig;
import io.quorlite.sofajraft.util.timer.Timer;
import java.util.function.UnaryOperator;

/**
 * What a member's engine has of the world.
 *
 * @param disk holds log and votes
 * @param timers makes the timers of elections, votes and of a leader that hears nobody out of real ones
 */
record RaftPorts(Disk disk, Transports transports, UnaryOperator<Timer> timers) {
    static final RaftPorts REAL = new RaftPorts(Disk.local(), PeerTransport::new, UnaryOperator.identity());

    /** Makes the transport of a member. */
    interface Transports {
        PeerTransport create(PeerTransportConfig config, AddressBook book, Admission admission);
    }
}

package io.quorlite.raft;

import io.quorlite.raft.log.Disk;
import io.quorlite.raft.transport.AddressBook;
import io.quorlite.raft.transport.Admission;
import io.quorlite.raft.transport.PeerTransport;
import io.quorlite.raft.transport.PeerTransportConfig;

/**
 * What a member's engine has of the world.
 *
 * @param disk holds log and votes
 */
record RaftPorts(Disk disk, Transports transports) {
    static final RaftPorts REAL = new RaftPorts(Disk.local(), PeerTransport::new);

    /** Makes the transport of a member. */
    interface Transports {
        PeerTransport create(PeerTransportConfig config, AddressBook book, Admission admission);
    }
}

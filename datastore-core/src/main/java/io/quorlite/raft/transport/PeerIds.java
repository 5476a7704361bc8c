package io.quorlite.raft.transport;

import io.quorlite.sofajraft.entity.PeerId;
import io.quorlite.sofajraft.util.Endpoint;

/** The engine's names for members: the member id as text in the place of a host, and a port that means nothing. */
public final class PeerIds {
    private static final int PORT = 1;

    private PeerIds() {}

    public static PeerId of(long memberId) {
        return new PeerId(MemberIds.text(memberId), PORT);
    }

    public static long memberId(PeerId peer) {
        return MemberIds.parse(peer.getIp());
    }

    static long memberId(Endpoint endpoint) {
        return MemberIds.parse(endpoint.getIp());
    }
}

package io.quorlite.replication;

import java.util.List;

/**
 * A member of the group.
 *
 * @param id stable, random or derived from the name, never 0
 * @param peerAddress where the other members reach it
 * @param learner whether it replicates without a vote
 * @param clientUrls what it tells clients to connect to; empty where it has not said
 */
public record Member(long id, String name, PeerAddress peerAddress, boolean learner, List<String> clientUrls) {
    public Member {
        clientUrls = List.copyOf(clientUrls);
    }

    public Member(long id, String name, PeerAddress peerAddress, boolean learner) {
        this(id, name, peerAddress, learner, List.of());
    }

    /** As logs show it. */
    @Override
    public String toString() {
        return name + "=" + peerAddress + (learner ? " (learner)" : "");
    }
}

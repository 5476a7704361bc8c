package io.quorlite.agent.join;

import io.quorlite.agent.pki.LeafIdentity;

/**
 * A newcomer on its way: it has been granted everything and is not a full member yet. The record {@code joining/<member id>}
 * goes when it is one, or when everything was taken back.
 *
 * @param deadline in milliseconds of the wall clock
 */
public record Joining(String memberId, String name, String peerAddress, String tokenId, String keyHash, long deadline) {
    static final String RECORDS = "joining/";

    static String recordName(long memberId) {
        return RECORDS + LeafIdentity.hex(memberId);
    }

    long id() {
        return Long.parseUnsignedLong(memberId, 16);
    }
}

package io.quorlite.raft.transport;

import io.quorlite.replication.PeerAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where members are reached, by id. Thread-safe. A changed address is used from the next attempt to connect on; a connection
 * that stands is left alone.
 */
public final class AddressBook {
    private final Map<Long, PeerAddress> addresses = new ConcurrentHashMap<>();

    public void put(long memberId, PeerAddress address) {
        addresses.put(memberId, address);
    }

    public void remove(long memberId) {
        addresses.remove(memberId);
    }

    public @Nullable PeerAddress get(long memberId) {
        return addresses.get(memberId);
    }
}

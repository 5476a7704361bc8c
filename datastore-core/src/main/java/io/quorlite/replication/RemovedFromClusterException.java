package io.quorlite.replication;

import java.io.IOException;

/**
 * This member was removed from its cluster, for good: its id never comes back. It neither serves nor votes any more. To join
 * again it needs an empty directory and another id.
 */
public final class RemovedFromClusterException extends IOException {
    private static final long serialVersionUID = 1;

    public RemovedFromClusterException(String message) {
        super(message);
    }
}

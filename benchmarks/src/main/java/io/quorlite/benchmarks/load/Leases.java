package io.quorlite.benchmarks.load;

import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;

/** Grants of leases. */
public final class Leases {
    private static final long TTL_SECONDS = 300;

    private Leases() {}

    public static Operation grants(Target target) {
        return (number, done) -> target.lease(number)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build(), done.with(response -> 1));
    }
}

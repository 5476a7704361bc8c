package io.quorlite.faults.workload;

import io.quorlite.faults.checkers.suite.Workload;

/** Which load is a workload's. */
public final class Loads {
    private Loads() {}

    public static Load of(Workload workload) {
        return switch (workload) {
            case REGISTER, MEMBERSHIP -> new RegisterLoad();
            case SET -> new SetLoad();
            case APPEND -> new AppendLoad();
            case BANK -> new BankLoad();
            case KUBERNETES -> new KubernetesLoad();
            case WATCH -> new WatchLoad();
            case LEASE -> new LeaseLoad();
            case LOCK -> new LockLoad();
        };
    }
}

package io.quorlite.datastore;

import io.quorlite.replication.memory.MemoryReplication;
import io.quorlite.sqlite.Store;

/** A defect planted around a member, to see whether the simulation finds it. */
interface SimulationMutant {
    /** Members as they are. */
    SimulationMutant NONE = new SimulationMutant() {};

    default SimulatedReplication network(SimulatedMember member, SimulatedCluster cluster, MemoryReplication log) {
        return new SimulatedReplication(member, cluster, log);
    }

    /** What a member's clock shows, but for where it began. */
    default long clock(long nanos) {
        return nanos;
    }

    default Store store(Store real) {
        return real;
    }
}

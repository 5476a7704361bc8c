package io.quorlite.faults.history;

/**
 * What a process asked for. A {@link StoreRequest} is one call of etcd's interface; a {@link WorkloadRequest} is an
 * operation of a workload, made of one or more such calls, which the same worker records under a process of its own.
 */
public sealed interface Request permits StoreRequest, WorkloadRequest {}

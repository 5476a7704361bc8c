/**
 * The etcd v3 API in front of a {@link io.quorlite.datastore.Datastore}: {@link io.quorlite.etcd.EtcdServer} serves gRPC and the
 * HTTP probes on one port. It translates, checks shapes and limits, and streams; whatever it knows of the data it asks the store.
 */
@NullMarked
package io.quorlite.etcd;

import org.jspecify.annotations.NullMarked;

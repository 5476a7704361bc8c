/** Recorded traffic of etcd clients, and its replay against any server that speaks etcd's protocol. */
@NullMarked
package io.quorlite.etcd.transcript;

import org.jspecify.annotations.NullMarked;

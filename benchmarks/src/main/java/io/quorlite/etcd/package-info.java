/** Microbenchmarks of what {@code io.quorlite.etcd} keeps to itself. */
@NullMarked
package io.quorlite.etcd;

import org.jspecify.annotations.NullMarked;

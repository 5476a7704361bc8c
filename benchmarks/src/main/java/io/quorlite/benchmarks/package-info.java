/** Load programs that drive this store and etcd alike, and say honestly what was seen. */
@NullMarked
package io.quorlite.benchmarks;

import org.jspecify.annotations.NullMarked;

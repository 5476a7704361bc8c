/** What clients see of a leader that is lost. */
@NullMarked
package io.quorlite.benchmarks.failover;

import org.jspecify.annotations.NullMarked;

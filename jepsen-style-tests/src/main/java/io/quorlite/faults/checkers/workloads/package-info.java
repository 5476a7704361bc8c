/** Checkers of one promise each, that need no search: sums, sets, locks, hashes, logs. */
@NullMarked
package io.quorlite.faults.checkers.workloads;

import org.jspecify.annotations.NullMarked;

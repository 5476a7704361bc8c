/** What clients do while a cluster is harmed: each workload makes other promises of the store decidable. */
@NullMarked
package io.quorlite.faults.workload;

import org.jspecify.annotations.NullMarked;

/**
 * Leases, pure: the replicated table of grants and attached keys, and the deadlines that only a leader keeps.
 */
@NullMarked
package io.quorlite.lease;

import org.jspecify.annotations.NullMarked;

/**
 * The Raft engine behind the replication port. The only packages that know SOFAJRaft.
 */
@NullMarked
package io.quorlite.raft;

import org.jspecify.annotations.NullMarked;

/**
 * A replicated log in memory: the second implementation of the replication port, for tests and simulation. It keeps nothing,
 * uses no network and no clock, and loses nothing while one of its members is up.
 */
@NullMarked
package io.quorlite.replication.memory;

import org.jspecify.annotations.NullMarked;

/**
 * The replication port: what a replicated log offers the layers above it, without the types of any engine.
 */
@NullMarked
package io.quorlite.replication;

import org.jspecify.annotations.NullMarked;

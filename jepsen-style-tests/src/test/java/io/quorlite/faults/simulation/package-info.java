/** A small store that is right, and runs on it: histories for the checkers to accept, and to reject once harmed. */
@NullMarked
package io.quorlite.faults.simulation;

import org.jspecify.annotations.NullMarked;

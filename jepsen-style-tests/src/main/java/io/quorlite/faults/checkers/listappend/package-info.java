/**
 * Strict serializability of list transactions by search for cycles, in the manner of Elle (Kingsbury and Alvaro, 2020): as
 * lists are only appended to, what is read tells in which order the versions came.
 */
@NullMarked
package io.quorlite.faults.checkers.listappend;

import org.jspecify.annotations.NullMarked;

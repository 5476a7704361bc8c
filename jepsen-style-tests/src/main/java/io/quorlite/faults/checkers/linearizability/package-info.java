/** The search for an order of calls that a sequential object would allow: revision-blind, per key. */
@NullMarked
package io.quorlite.faults.checkers.linearizability;

import org.jspecify.annotations.NullMarked;

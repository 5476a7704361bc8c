/**
 * The deterministic state machine: committed commands in, results and events out, over the storage port.
 */
@NullMarked
package io.quorlite.statemachine;

import org.jspecify.annotations.NullMarked;

/**
 * Watches, in memory: fed by apply, caught up from the history, one FIFO for each stream.
 */
@NullMarked
package io.quorlite.watch;

import org.jspecify.annotations.NullMarked;

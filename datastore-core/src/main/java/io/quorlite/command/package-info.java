/**
 * What goes into the replicated log: commands, and the versioned binary form of a batch of them.
 */
@NullMarked
package io.quorlite.command;

import org.jspecify.annotations.NullMarked;

/** A node as a process: its directory, its parts in the order they start and stop, and its life in the background. */
@NullMarked
package io.quorlite.agent.node;

import org.jspecify.annotations.NullMarked;

/** The commands and what a terminal shows of them. */
@NullMarked
package io.quorlite.agent.cli;

import org.jspecify.annotations.NullMarked;

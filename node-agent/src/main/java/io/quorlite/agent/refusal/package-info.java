/** What goes wrong in words for a person, and the exit code that goes with it. Known to all of the agent, knows nobody. */
@NullMarked
package io.quorlite.agent.refusal;

import org.jspecify.annotations.NullMarked;

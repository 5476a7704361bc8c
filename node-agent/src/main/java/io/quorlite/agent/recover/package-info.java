/** What is left to do after a majority was lost for good: which replica to go on with, and how. */
@NullMarked
package io.quorlite.agent.recover;

import org.jspecify.annotations.NullMarked;

/** What a client does in a node's first seconds, done once for the archive of classes. */
@NullMarked
package io.quorlite.agent.rehearsal;

import org.jspecify.annotations.NullMarked;

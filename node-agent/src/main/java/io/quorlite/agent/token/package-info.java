/** What a newcomer is given to join with: one opaque word that says where the cluster is, how to know it, and that it was let in. */
@NullMarked
package io.quorlite.agent.token;

import org.jspecify.annotations.NullMarked;

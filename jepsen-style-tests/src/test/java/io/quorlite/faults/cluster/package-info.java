/** Clusters as operators make and change them: real nodes, made by the commands that a user types, under faults and under load. */
@NullMarked
package io.quorlite.faults.cluster;

import org.jspecify.annotations.NullMarked;

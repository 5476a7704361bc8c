/** The cluster under test: its processes, the links between them, the disks below them, and the clients that speak to it. */
@NullMarked
package io.quorlite.faults.cluster;

import org.jspecify.annotations.NullMarked;

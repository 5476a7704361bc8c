/** Whether this host is fit for a node: one check for each thing that has bitten operators, apart from any start. */
@NullMarked
package io.quorlite.agent.sysinfo;

import org.jspecify.annotations.NullMarked;

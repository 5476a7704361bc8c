/** Whole runs: a cluster, a load, faults, what is asked when they are over, and what the checkers say of it. */
@NullMarked
package io.quorlite.faults.run;

import org.jspecify.annotations.NullMarked;

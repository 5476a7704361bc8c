/** The rows of the comparison: loads on servers that are warm, and scenarios that start servers of their own. */
@NullMarked
package io.quorlite.benchmarks.rows;

import org.jspecify.annotations.NullMarked;

/** The servers under measurement: their processes, what they use of processor and memory. */
@NullMarked
package io.quorlite.benchmarks.servers;

import org.jspecify.annotations.NullMarked;

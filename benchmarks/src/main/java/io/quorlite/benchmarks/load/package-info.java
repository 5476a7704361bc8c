/** The load: raw asynchronous calls on several connections, the same for both servers, and what they saw. */
@NullMarked
package io.quorlite.benchmarks.load;

import org.jspecify.annotations.NullMarked;

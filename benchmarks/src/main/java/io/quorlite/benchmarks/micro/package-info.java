/** Microbenchmarks of the hot paths, for JMH; run them with {@code benchmarks/bin/jmh}. */
@NullMarked
package io.quorlite.benchmarks.micro;

import org.jspecify.annotations.NullMarked;

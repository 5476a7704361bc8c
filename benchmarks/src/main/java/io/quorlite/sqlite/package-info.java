/** Microbenchmarks of what {@code io.quorlite.sqlite} keeps to itself. */
@NullMarked
package io.quorlite.sqlite;

import org.jspecify.annotations.NullMarked;

/** What simulations run on: virtual time, one thread, a seed; and a store in memory that crashes on demand. */
@NullMarked
package io.quorlite.simulation;

import org.jspecify.annotations.NullMarked;

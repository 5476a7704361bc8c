/** Faults, how each begins and ends, and the seeded schedule by which they come. */
@NullMarked
package io.quorlite.faults.nemesis;

import org.jspecify.annotations.NullMarked;

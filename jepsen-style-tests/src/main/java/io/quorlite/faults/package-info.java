/** Real node processes under real faults: starting them, harming them, and asking them what they know. */
@NullMarked
package io.quorlite.faults;

import org.jspecify.annotations.NullMarked;

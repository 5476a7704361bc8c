@NullMarked
package io.quorlite.faults;

import org.jspecify.annotations.NullMarked;

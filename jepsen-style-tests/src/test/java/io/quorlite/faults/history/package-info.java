@NullMarked
package io.quorlite.faults.history;

import org.jspecify.annotations.NullMarked;

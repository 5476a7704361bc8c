@NullMarked
package io.quorlite.faults.checkers.suite;

import org.jspecify.annotations.NullMarked;

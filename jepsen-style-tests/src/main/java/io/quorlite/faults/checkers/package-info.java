/** What every checker is and says. The checkers themselves are in the packages below, each with its own kind of proof. */
@NullMarked
package io.quorlite.faults.checkers;

import org.jspecify.annotations.NullMarked;

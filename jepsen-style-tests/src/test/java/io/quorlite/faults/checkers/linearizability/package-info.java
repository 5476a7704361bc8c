@NullMarked
package io.quorlite.faults.checkers.linearizability;

import org.jspecify.annotations.NullMarked;

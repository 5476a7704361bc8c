@NullMarked
package io.quorlite.faults.checkers.listappend;

import org.jspecify.annotations.NullMarked;

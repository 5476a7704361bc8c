@NullMarked
package io.quorlite.faults.checkers.revisions;

import org.jspecify.annotations.NullMarked;

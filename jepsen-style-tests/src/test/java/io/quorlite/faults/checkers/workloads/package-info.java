@NullMarked
package io.quorlite.faults.checkers.workloads;

import org.jspecify.annotations.NullMarked;

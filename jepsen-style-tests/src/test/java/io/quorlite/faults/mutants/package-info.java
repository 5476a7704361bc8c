@NullMarked
package io.quorlite.faults.mutants;

import org.jspecify.annotations.NullMarked;

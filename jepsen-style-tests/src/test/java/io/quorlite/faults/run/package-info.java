@NullMarked
package io.quorlite.faults.run;

import org.jspecify.annotations.NullMarked;

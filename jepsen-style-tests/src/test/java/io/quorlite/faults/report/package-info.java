@NullMarked
package io.quorlite.faults.report;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.quorlite.faults.client;

import org.jspecify.annotations.NullMarked;

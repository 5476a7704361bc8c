/** What tests of several modules need. */
@NullMarked
package io.quorlite.testing;

import org.jspecify.annotations.NullMarked;

/** What a comparison saw, as a table for a terminal, as JSON, and as a page to look at. */
@NullMarked
package io.quorlite.benchmarks.report;

import org.jspecify.annotations.NullMarked;

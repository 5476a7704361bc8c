/** What a run leaves for people and for scripts: a folder with its history, results and a page to look at. */
@NullMarked
package io.quorlite.faults.report;

import org.jspecify.annotations.NullMarked;

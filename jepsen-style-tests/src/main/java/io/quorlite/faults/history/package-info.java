/**
 * What a run was told and what it was asked: the history of every call, watch message, fault and election, as JSON lines.
 * It knows nothing of the store under test, so that a checker cannot inherit the store's mistakes.
 */
@NullMarked
package io.quorlite.faults.history;

import org.jspecify.annotations.NullMarked;

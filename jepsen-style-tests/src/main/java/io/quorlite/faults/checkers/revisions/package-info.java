/**
 * Checkers that take the order of writes from the store's own revisions: the events that watches told, merged and replayed,
 * are the one history that every answer, watch and lease must agree with.
 */
@NullMarked
package io.quorlite.faults.checkers.revisions;

import org.jspecify.annotations.NullMarked;

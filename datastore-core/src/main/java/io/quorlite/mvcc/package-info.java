/**
 * Multi-version key-value semantics, pure: values, revisions, operations, and the evaluator that is the whole meaning of an
 * etcd transaction over the {@link io.quorlite.mvcc.KeySpace} port. No I/O, no clock, no randomness, no hash-ordered
 * collections.
 */
@NullMarked
package io.quorlite.mvcc;

import org.jspecify.annotations.NullMarked;

/**
 * What a member must not forget: the log of entries ({@link io.quorlite.raft.log.SegmentedLogStorage}) and its term and vote
 * ({@link io.quorlite.raft.log.VoteStore}), behind the engine's storage interfaces.
 *
 * <p>Everything goes to the disk through {@link io.quorlite.raft.log.Disk}, so that a simulation can lose, tear and refuse
 * writes. The rules that all of it keeps:
 * <ul>
 *   <li>nothing is acknowledged before it was forced to the disk, and nothing is tried again after an I/O error;</li>
 *   <li>what is read at open is written back and forced before it counts: it may have come from a page cache that never
 *       reached the disk;</li>
 *   <li>what a crash can leave behind is repaired, what a crash cannot explain is a
 *       {@link io.quorlite.replication.CorruptLogException}.</li>
 * </ul>
 */
@NullMarked
package io.quorlite.raft.log;

import org.jspecify.annotations.NullMarked;

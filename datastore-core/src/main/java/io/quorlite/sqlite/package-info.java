/**
 * Storage on SQLite: the history table, the in-heap key index over it, consistent copies out and in. Begin with {@link
 * io.quorlite.sqlite.SqliteStore}; {@code DESIGN.md} beside this file says why it is as it is.
 *
 * <pre>
 *   apply thread                      any thread
 *   ------------                      ----------
 *   SqliteKeySpace  SqliteLeases      ReadView   HistoryReader   HistoryHasher
 *   Compaction          |                  \         |            /
 *        \______________|                   \________|___________/
 *              Writer        KeyIndex            ReadPool         Checkpointer
 *                 \_____________|___________________|__________________/
 *                                   SqliteDatabase
 * </pre>
 */
@NullMarked
package io.quorlite.sqlite;

import org.jspecify.annotations.NullMarked;

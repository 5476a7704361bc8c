package io.quorlite.mvcc;

import java.util.List;

/**
 * A transaction that was applied.
 *
 * @param events what it changed, in revision order and without the versions before; empty where it changed nothing
 */
public record AppliedTxn(TxnResult result, List<KeyEvent> events) {}

/**
 * Clients that hide nothing: raw gRPC stubs without retries, every call and every watch message written down with what is
 * known of its outcome.
 */
@NullMarked
package io.quorlite.faults.client;

import org.jspecify.annotations.NullMarked;

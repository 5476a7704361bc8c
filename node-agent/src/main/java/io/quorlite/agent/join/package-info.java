/**
 * How a newcomer is let in: what the members check and record before they let it, how they take back what did not come about, and
 * the newcomer's side of the exchange. The exchange is one HTTPS request, {@code POST /v1/join}.
 */
@NullMarked
package io.quorlite.agent.join;

import org.jspecify.annotations.NullMarked;

/**
 * How members talk to each other: length-prefixed frames over TCP on the Netty that grpc-netty-shaded brings, and the
 * engine's RPC interfaces on top of it.
 *
 * <p>Two layers. {@link io.quorlite.raft.transport.PeerTransport} carries bytes between members and knows nothing of the
 * engine; {@link io.quorlite.raft.transport.NettyRaftRpcFactory} and its neighbours are what the engine sees. Members are
 * named by their ids; where an id can be reached is the {@link io.quorlite.raft.transport.AddressBook}'s matter, so a member
 * may move without becoming another one.
 *
 * <p>Each member dials one connection to each other member and asks on it; answers come back on the same connection. A
 * connection begins with a hello in both directions:
 *
 * <pre>
 *   hello   magic "QLRP" (4) | version (2) | status (2) | cluster id (8) | from member (8) | to member (8)
 *   refusal the same with status != 0, then length (2) | reason in UTF-8, then the connection is closed
 * </pre>
 *
 * <p>where status 2 tells a member that it was removed from the cluster. Under TLS both sides look at the other's certificate
 * once more when they know from the hello which member it should be. The connection goes on with frames, big-endian like
 * everything here:
 *
 * <pre>
 *   frame   length of what follows (4) | kind (1) | flags (1) | request id (8) | payload
 * </pre>
 */
@NullMarked
package io.quorlite.raft.transport;

import org.jspecify.annotations.NullMarked;

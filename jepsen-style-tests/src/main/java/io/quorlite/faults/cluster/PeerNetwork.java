package io.quorlite.faults.cluster;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The links between members, as TCP proxies: each member is known to the others by a port of this, behind which every
 * connection passes through rules for its two directions. Who dials is read from the hello that begins a connection, so
 * links must not be encrypted. Thread-safe.
 */
public final class PeerNetwork implements AutoCloseable {
    private static final int HELLO_BYTES = 32;
    private static final int FROM_OFFSET = 16;
    private static final int TO_OFFSET = 24;

    private final LinkRules rules;
    private final List<ServerSocket> doors = new ArrayList<>();
    private final List<Integer> targets;
    /** Members by their ids, learned from the hellos they are sent. */
    private final Map<Long, Integer> members = new ConcurrentHashMap<>();

    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** @param targets the ports that the members really listen on */
    public PeerNetwork(List<Integer> targets) throws IOException {
        this.targets = List.copyOf(targets);
        this.rules = new LinkRules(targets.size());
        for (int i = 0; i < targets.size(); i++) {
            ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            doors.add(door);
            int member = i;
            start("peer-door-" + i, () -> acceptAll(door, member));
        }
    }

    /** The port by which other members reach {@code member}. */
    public int port(int member) {
        return doors.get(member).getLocalPort();
    }

    public LinkRules rules() {
        return rules;
    }

    /** Breaks every connection there is with a reset. */
    public void resetAll() {
        open.forEach(PeerNetwork::reset);
    }

    private void acceptAll(ServerSocket door, int member) {
        while (!closed) {
            try {
                Socket socket = door.accept();
                start("peer-link-to-" + member, () -> serve(socket, member));
            } catch (IOException e) {
                return; // the door was closed
            }
        }
    }

    private void serve(Socket dialer, int to) {
        open.add(dialer);
        try {
            dialer.setTcpNoDelay(true);
            byte[] hello = new byte[HELLO_BYTES];
            new DataInputStream(dialer.getInputStream()).readFully(hello);
            members.put(ByteBuffer.wrap(hello).getLong(TO_OFFSET), to);
            int from = awaitMember(ByteBuffer.wrap(hello).getLong(FROM_OFFSET));
            // Only now: a link that carries nothing accepts connections and is silent.
            rules.awaitPassage(from, to);
            Socket target = new Socket();
            open.add(target);
            target.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), targets.get(to)), 1000);
            target.setTcpNoDelay(true);
            target.getOutputStream().write(hello);
            new LinkPump(rules, from, to, dialer, target, this::forget).start();
            new LinkPump(rules, to, from, target, dialer, this::forget).start();
        } catch (IOException e) {
            forget(dialer);
        } catch (InterruptedException e) {
            forget(dialer);
            Thread.currentThread().interrupt();
        }
    }

    /** A member is known once it has been dialled itself, which its peers do as soon as they run. */
    private int awaitMember(long id) throws InterruptedException, IOException {
        for (int i = 0; i < 500 && !closed; i++) {
            Integer member = members.get(id);
            if (member != null) {
                return member;
            }
            Thread.sleep(10);
        }
        throw new IOException("nobody has dialled member " + Long.toHexString(id));
    }

    private void forget(Socket socket) {
        open.remove(socket);
        reset(socket);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            return; // it was gone already
        }
    }

    static void start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (ServerSocket door : doors) {
            door.close();
        }
        rules.heal();
        resetAll();
    }
}

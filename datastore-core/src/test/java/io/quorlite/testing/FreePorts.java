package io.quorlite.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are about to be started. They lie below those that the system gives to outgoing connections, so that between a
 * look at a port and its use no connection takes it, nor while a server that had it is down; and none is given twice by one process.
 * Thread-safe.
 */
public final class FreePorts {
    private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int OUTGOING_FROM_USUALLY = 32_768;
    private static final int LOWEST = 12_000;
    private static final int TRIES_MAX = 1_000;
    private static final Set<Integer> given = new HashSet<>(); // guarded by itself

    private FreePorts() {}

    /** @throws IOException if there are no more */
    public static List<Integer> draw(int count) throws IOException {
        int end = outgoingFrom();
        List<Integer> ports = new ArrayList<>();
        for (int tries = 0; ports.size() < count; tries++) {
            if (tries == TRIES_MAX) {
                throw new IOException("no free ports from " + LOWEST + " to " + end);
            }
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (isFree(port) && isNew(port)) {
                ports.add(port);
            }
        }
        return List.copyOf(ports);
    }

    /** @throws IOException if there are no more */
    public static int drawOne() throws IOException {
        return draw(1).get(0);
    }

    private static boolean isNew(int port) {
        synchronized (given) {
            return given.add(port);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int outgoingFrom() throws IOException {
        if (!Files.isReadable(OUTGOING)) {
            return OUTGOING_FROM_USUALLY;
        }
        int from = Integer.parseInt(Files.readString(OUTGOING).strip().split("\\s+")[0]);
        return from > 2 * LOWEST ? from : OUTGOING_FROM_USUALLY;
    }
}

package io.quorlite.raft.transport;

import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between two members. Told to fall silent, it swallows what comes on the connections that stand and closes none of
 * them, like a network that lost its way; connections made later pass again.
 */
final class SilentProxy implements AutoCloseable {
    private final ServerSocket server;
    private final PeerAddress target;
    private final List<Pair> pairs = new CopyOnWriteArrayList<>();

    private static final class Pair {
        final Socket near;
        final Socket far;
        volatile boolean silent;

        Pair(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }
    }

    SilentProxy(PeerAddress target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("proxy-accept", this::accept);
    }

    PeerAddress address() {
        return new PeerAddress("127.0.0.1", server.getLocalPort());
    }

    int connections() {
        return pairs.size();
    }

    void silenceThoseThatStand() {
        pairs.forEach(pair -> pair.silent = true);
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket near = server.accept();
            Socket far = new Socket(target.host(), target.port());
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            Pair pair = new Pair(near, far);
            pairs.add(pair);
            start("proxy-in", () -> copy(pair, near, far));
            start("proxy-out", () -> copy(pair, far, near));
        }
    }

    private static void copy(Pair pair, Socket from, Socket to) throws IOException {
        byte[] buffer = new byte[8192];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            if (!pair.silent) {
                out.write(buffer, 0, read);
            }
        }
        if (!pair.silent) {
            to.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        return; // the other side, or the test, is done
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Pair pair : pairs) {
            pair.near.close();
            pair.far.close();
        }
    }
}

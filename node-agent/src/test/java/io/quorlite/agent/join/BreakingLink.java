package io.quorlite.agent.join;

import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** A link to a server that breaks: the first connection after {@code step} bytes in all, each next one so many later. */
final class BreakingLink implements AutoCloseable {
    private final ServerSocket listening;
    private final int serverPort;
    private final int step;
    private final AtomicInteger broken = new AtomicInteger();

    BreakingLink(int serverPort, int step) throws IOException {
        this.listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        this.step = step;
        daemon(this::accept);
    }

    PeerAddress address() {
        return new PeerAddress("127.0.0.1", listening.getLocalPort());
    }

    /** How many connections it has broken. */
    int broken() {
        return broken.get();
    }

    private void accept() {
        for (int length = step; !listening.isClosed(); length += step) {
            try {
                Socket client = listening.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                AtomicInteger left = new AtomicInteger(length);
                daemon(() -> pump(client, server, left));
                daemon(() -> pump(server, client, left));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void pump(Socket from, Socket to, AtomicInteger left) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(); read >= 0; read = in.read()) {
                if (left.decrementAndGet() < 0) {
                    if (left.get() == -1) {
                        broken.incrementAndGet();
                    }
                    return;
                }
                out.write(read);
            }
        } catch (IOException e) {
            // the other direction has broken it
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "breaking-link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}

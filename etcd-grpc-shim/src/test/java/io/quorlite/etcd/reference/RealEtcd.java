package io.quorlite.etcd.reference;

import io.quorlite.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real etcd of one member, in a process of its own on loopback ports, with its data in a folder of the test. */
public final class RealEtcd implements AutoCloseable {
    /** What a person reads where the tests that need it are skipped. */
    public static final String MISSING =
            "no etcd 3.5 or newer: run .ci/install-etcd, or name its folder in QUORLITE_ETCD_BIN";

    private final Process process;
    private final int port;
    private final Path log;

    private RealEtcd(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** Whether it has ended by itself, or does so in a moment: its connections go first. */
    public boolean hasEnded() throws InterruptedException {
        return process.waitFor(1, TimeUnit.SECONDS);
    }

    /** How it ended by itself, with what it had to say. */
    public String ending() throws IOException {
        return "etcd ended with exit code " + process.exitValue() + ": " + Files.readString(log);
    }

    /** The folder with {@code etcd} and {@code etcdctl}. */
    public static Optional<Path> programs() {
        List<Path> folders = new ArrayList<>();
        String named = System.getenv("QUORLITE_ETCD_BIN");
        if (named != null) {
            folders.add(Path.of(named));
        }
        folders.add(Path.of("../target/etcd/usr/bin").toAbsolutePath().normalize());
        Stream.of(System.getenv("PATH").split(":")).map(Path::of).forEach(folders::add);
        return folders.stream().filter(RealEtcd::isNewEnough).findFirst();
    }

    private static boolean isNewEnough(Path folder) {
        Path etcd = folder.resolve("etcd");
        if (!Files.isExecutable(etcd) || !Files.isExecutable(folder.resolve("etcdctl"))) {
            return false;
        }
        try {
            Process version = new ProcessBuilder(etcd.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String text = new String(version.getInputStream().readAllBytes());
            return text.matches("(?s).*etcd Version: (3\\.([5-9]|\\d\\d)|[4-9])\\..*");
        } catch (IOException e) {
            return false;
        }
    }

    public static RealEtcd start(Path folder) throws IOException, InterruptedException {
        Path etcd =
                programs().orElseThrow(() -> new IllegalStateException(MISSING)).resolve("etcd");
        Files.createDirectories(folder);
        int port = FreePorts.drawOne();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + FreePorts.drawOne();
        Path log = folder.resolve("etcd.log");
        Process process = new ProcessBuilder(
                        etcd.toString(),
                        "--name",
                        "default",
                        "--data-dir",
                        folder.resolve("data").toString(),
                        "--listen-client-urls",
                        client,
                        "--advertise-client-urls",
                        client,
                        "--listen-peer-urls",
                        peer,
                        "--initial-advertise-peer-urls",
                        peer,
                        "--initial-cluster",
                        "default=" + peer,
                        "--log-level",
                        "error",
                        // Durability is not what is compared, and a test should not wear the disk.
                        "--unsafe-no-fsync")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        RealEtcd started = new RealEtcd(process, port, log);
        try {
            started.awaitHealthy();
        } catch (IOException | RuntimeException | InterruptedException e) {
            started.close();
            throw e;
        }
        return started;
    }

    private void awaitHealthy() throws IOException, InterruptedException {
        HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                .build();
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                HttpResponse<Void> answer =
                        HttpClient.newHttpClient().send(health, HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                if (!process.isAlive()) {
                    throw new IOException("etcd ended with exit code " + process.exitValue(), notYet);
                }
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new IOException("etcd is not healthy after 30 s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

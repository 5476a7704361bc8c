package io.quorlite.faults.history;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Writes a history as it happens. Thread-safe: one lock orders the lines, and the clock is read under it, so the order of
 * lines is the order of time.
 *
 * <p>Call {@link #invoked} before a request is sent and one of {@link #ok}, {@link #failed} and {@link #unknown} after its
 * answer has come. A process has at most one call outstanding, and none after an unknown outcome: take a new process then,
 * as the old one's call may still be running.
 */
public final class HistoryRecorder implements Closeable {
    public static final int FORMAT_VERSION = 1;

    private final Writer out;
    private final LongSupplier nanoTime;
    private final long originNanos;
    /** By process: what it may do next. */
    private final List<State> processes = new ArrayList<>();

    private int watches;

    private enum State {
        IDLE,
        CALLING,
        OVER
    }

    private HistoryRecorder(Writer out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.originNanos = nanoTime.getAsLong();
    }

    /**
     * Begins a history.
     *
     * @param file must not exist
     * @param nanoTime a monotonic clock
     */
    public static HistoryRecorder create(Path file, LongSupplier nanoTime) throws IOException {
        return to(Files.newBufferedWriter(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), nanoTime);
    }

    /** Begins a history that goes to {@code out}, which is closed with it. */
    public static HistoryRecorder to(Writer out, LongSupplier nanoTime) {
        return new HistoryRecorder(new BufferedWriter(out), nanoTime);
    }

    public void runStarted(long seed, String workload, String nemesis, int nodes) {
        write(now -> new HistoryLine.RunStarted(now, FORMAT_VERSION, seed, workload, nemesis, nodes));
    }

    /** A process that has made no call yet. */
    public synchronized int newProcess() {
        processes.add(State.IDLE);
        return processes.size() - 1;
    }

    public synchronized void invoked(int process, String node, Request request) {
        move(process, State.IDLE, State.CALLING);
        write(now -> new HistoryLine.Invoked(now, process, node, request));
    }

    public synchronized void ok(int process, Response response) {
        move(process, State.CALLING, State.IDLE);
        write(now -> new HistoryLine.Completed(now, process, Outcome.OK, response, null));
    }

    /** The call certainly took no effect, and never will. */
    public synchronized void failed(int process, Failure failure) {
        move(process, State.CALLING, State.IDLE);
        write(now -> new HistoryLine.Completed(now, process, Outcome.FAIL, null, failure));
    }

    /** Nobody knows whether the call took effect. The process is over. */
    public synchronized void unknown(int process, Failure failure) {
        move(process, State.CALLING, State.OVER);
        write(now -> new HistoryLine.Completed(now, process, Outcome.INFO, null, failure));
    }

    /** A watch is about to be asked for; the number is for {@link #heard}. */
    public synchronized int watchOpened(String node, WatchSpec spec) {
        int watch = watches++;
        write(now -> new HistoryLine.WatchOpened(now, watch, node, spec));
        return watch;
    }

    /** A watch told events. */
    public void heard(int watch, long revision, List<KeyEvent> events, boolean fragment) {
        write(now -> new HistoryLine.WatchHeard(
                now, watch, HistoryLine.WatchHeard.Kind.EVENTS, revision, 0, fragment, events));
    }

    /** A watch told something else than events. */
    public void heard(int watch, HistoryLine.WatchHeard.Kind kind, long revision, long compactRevision) {
        write(now -> new HistoryLine.WatchHeard(now, watch, kind, revision, compactRevision, false, List.of()));
    }

    public void faultBegan(String name, String target) {
        write(now -> new HistoryLine.Fault(now, name, target, true));
    }

    public void faultEnded(String name, String target) {
        write(now -> new HistoryLine.Fault(now, name, target, false));
    }

    public void leader(String node, long term) {
        write(now -> new HistoryLine.Leader(now, node, term));
    }

    public void phase(String name) {
        write(now -> new HistoryLine.Phase(now, name));
    }

    /** Passes on what has been written so far, so that it outlives this JVM. */
    public synchronized void flush() throws IOException {
        out.flush();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }

    private void move(int process, State from, State to) {
        if (process < 0 || process >= processes.size() || processes.get(process) != from) {
            throw new IllegalStateException("process " + process + " is "
                    + (process < 0 || process >= processes.size() ? "unknown" : processes.get(process)) + ", not "
                    + from);
        }
        processes.set(process, to);
    }

    private synchronized void write(LongFunction<HistoryLine> line) {
        String text = HistoryJson.encode(line.apply(nanoTime.getAsLong() - originNanos));
        try {
            out.write(text);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("writing the history", e);
        }
    }
}

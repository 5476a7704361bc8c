package io.quorlite.faults.simulation;

import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.History;
import io.quorlite.faults.history.HistoryLine;
import io.quorlite.faults.history.HistoryLine.Completed;
import io.quorlite.faults.history.HistoryLine.WatchHeard;
import io.quorlite.faults.history.KeyEvent;
import io.quorlite.faults.history.Operation;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.Request;
import io.quorlite.faults.history.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A copy of a good history's lines, to be harmed in one place chosen by a seed. Not thread-safe. */
public final class Harm {
    private final Random random;
    private final List<HistoryLine> lines;

    public Harm(List<HistoryLine> good, long seed) {
        this.random = new Random(seed);
        this.lines = new ArrayList<>(good);
    }

    /**
     * Harms {@code wanted} good histories and hands each on, with its seed.
     *
     * @throws AssertionError if too few of the histories have what the harm needs
     */
    public static void each(
            int wanted, int calls, double unknownShare, Consumer<Harm> harm, BiConsumer<Integer, History> then) {
        int done = 0;
        for (int seed = 0; done < wanted; seed++) {
            if (seed > wanted * 6) {
                throw new AssertionError("only " + done + " of " + seed + " histories could be harmed");
            }
            Harm harmed = new Harm(SimulatedRun.lines(seed, calls, unknownShare), seed);
            try {
                harm.accept(harmed);
            } catch (NothingToHarm e) {
                continue;
            }
            done++;
            then.accept(seed, harmed.history());
        }
    }

    private static final class NothingToHarm extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    public History history() {
        return History.of(lines);
    }

    /** Any of the operations that fit, or null where none does. */
    public @Nullable Operation pick(Predicate<Operation> fits) {
        return any(history().operations().stream().filter(fits).toList());
    }

    public <T> @Nullable T any(List<T> all) {
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    /** The lines at which a watch tells events that fit. */
    public List<Integer> told(Predicate<WatchHeard> fits) {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i) instanceof WatchHeard heard
                    && heard.kind() == WatchHeard.Kind.EVENTS
                    && fits.test(heard)) {
                found.add(i);
            }
        }
        return found;
    }

    public WatchHeard heard(int line) {
        return (WatchHeard) lines.get(line);
    }

    public HistoryLine line(int index) {
        return lines.get(index);
    }

    public void set(int index, HistoryLine line) {
        lines.set(index, line);
    }

    /** Replaces the events that a line tells; takes the line away where none is left. */
    public void setEvents(int index, List<KeyEvent> events) {
        WatchHeard old = heard(index);
        if (events.isEmpty()) {
            lines.remove(index);
        } else {
            lines.set(index, withEvents(old, events));
        }
    }

    public static WatchHeard withEvents(WatchHeard old, List<KeyEvent> events) {
        return new WatchHeard(
                old.nanos(), old.watch(), old.kind(), old.revision(), old.compactRevision(), old.fragment(), events);
    }

    /** Changes every event that any watch tells; null takes it away. */
    public void changeEvents(Function<KeyEvent, @Nullable KeyEvent> change) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i) instanceof WatchHeard heard && !heard.events().isEmpty()) {
                List<KeyEvent> changed = heard.events().stream()
                        .<KeyEvent>mapMulti((event, out) -> {
                            KeyEvent now = change.apply(event);
                            if (now != null) {
                                out.accept(now);
                            }
                        })
                        .toList();
                if (!changed.equals(heard.events())) {
                    setEvents(i, changed);
                }
            }
        }
    }

    /** Puts {@code line}, with the time of its new neighbour, before the line at {@code index}. */
    public void insert(int index, HistoryLine line) {
        lines.add(index, line);
    }

    /** Moves a watch's message forward in time. */
    public void moveBefore(int index, int earlier) {
        WatchHeard old = (WatchHeard) lines.remove(index);
        lines.add(
                earlier,
                new WatchHeard(
                        lines.get(earlier).nanos(),
                        old.watch(),
                        old.kind(),
                        old.revision(),
                        old.compactRevision(),
                        old.fragment(),
                        old.events()));
    }

    public void answer(Operation operation, Response response) {
        lines.set(
                operation.returnIndex(),
                new Completed(operation.returnNanos(), operation.process(), Outcome.OK, response, null));
    }

    /** Ends an operation that is ok with a failure instead. */
    public void fail(Operation operation, Failure failure) {
        lines.set(
                operation.returnIndex(),
                new Completed(operation.returnNanos(), operation.process(), Outcome.FAIL, null, failure));
    }

    /** Lets a new process make a call that ends at once, at the end of the run. */
    public void append(Request request, @Nullable Response response, @Nullable Failure failure) {
        insertCall(lines.size(), request, response, failure);
    }

    /** Lets a new process make a call that ends at once, before the line at {@code index}. */
    public void insertCall(int index, Request request, @Nullable Response response, @Nullable Failure failure) {
        int process = 1_000_000 + lines.size();
        long nanos = index < lines.size()
                ? lines.get(index).nanos()
                : lines.get(lines.size() - 1).nanos();
        Outcome outcome = response == null ? Outcome.FAIL : Outcome.OK;
        lines.add(index, new HistoryLine.Invoked(nanos, process, "n1", request));
        lines.add(index + 1, new Completed(nanos, process, outcome, response, failure));
    }

    /** The last revision that any watch told. */
    public long lastRevision() {
        return lines.stream()
                .filter(WatchHeard.class::isInstance)
                .flatMap(line -> ((WatchHeard) line).events().stream())
                .mapToLong(KeyEvent::revision)
                .max()
                .orElse(1);
    }

    /** Where the line stands that ends the load. */
    public int settledLine() {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i) instanceof HistoryLine.Phase) {
                return i;
            }
        }
        throw new IllegalStateException("never settled");
    }

    /** What a harm needs; where it is not there, another history is taken. */
    public static <T> T needed(@Nullable T found) {
        if (found == null) {
            throw new NothingToHarm();
        }
        return found;
    }
}

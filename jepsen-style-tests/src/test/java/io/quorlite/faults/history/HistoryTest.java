package io.quorlite.faults.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final AtomicLong clock = new AtomicLong(1_000);
    private final StringWriter text = new StringWriter();
    private final HistoryRecorder recorder = HistoryRecorder.to(text, () -> clock.getAndAdd(5));

    @Test
    void readsBackEveryKindOfRequestAndAnswer() throws IOException {
        List<Request> requests = List.of(
                new StoreRequest.Put("k\u00ff", "v\"\n\0", 7, true),
                new StoreRequest.Range(KeyRange.prefix("a"), 3, 10, true, true),
                new StoreRequest.DeleteRange(KeyRange.ALL, true),
                new StoreRequest.Txn(
                        List.of(Compare.modRevision("k", 4), Compare.value("k", "x")),
                        List.of(new StoreRequest.Put("k", "y"), new StoreRequest.Txn(List.of(), List.of(), List.of())),
                        List.of(new StoreRequest.Range(KeyRange.single("k")))),
                new StoreRequest.Compact(4),
                new StoreRequest.LeaseGrant(9, 5),
                new StoreRequest.LeaseRevoke(9),
                new StoreRequest.LeaseKeepAlive(9),
                new StoreRequest.LeaseTimeToLive(9),
                new StoreRequest.HashKv(4),
                new WorkloadRequest.SetAdd("s", "1"),
                new WorkloadRequest.SetRead("s"),
                new WorkloadRequest.ListTxn(List.of(ListStep.append("x", 1), ListStep.read("x"))),
                new WorkloadRequest.BankTransfer("a", "b", 3),
                new WorkloadRequest.BankRead(),
                new WorkloadRequest.LockAcquire("l", "me"),
                new WorkloadRequest.LockExtend("l", "me"),
                new WorkloadRequest.LockRelease("l", "me"));
        KeyValue kv = new KeyValue("k", "v", 2, 4, 2, 7);
        List<Response> responses = List.of(
                new Response.PutResult(5, kv),
                new Response.RangeResult(6, List.of(kv), 1, false),
                new Response.DeleteResult(7, 1, List.of(kv)),
                new Response.TxnResult(8, true, List.of(new Response.PutResult(8, null))),
                new Response.CompactResult(8),
                new Response.LeaseResult(8, 9, 5),
                new Response.HashResult(8, 8, 4, -17),
                new Response.SetElements(List.of("1", "2")),
                new Response.ListTxnResult(List.of(ListStep.read("x", List.of(1L, 2L)))),
                new Response.Balances(new TreeMap<>(java.util.Map.of("a", 3L, "b", -1L))),
                new Response.LockHeld(1, 2_000),
                new Response.Done());
        int process = recorder.newProcess();
        for (int i = 0; i < Math.max(requests.size(), responses.size()); i++) {
            recorder.invoked(process, "n1", requests.get(i % requests.size()));
            recorder.ok(process, responses.get(i % responses.size()));
        }

        History history = read();

        assertThat(requests).extracting(Object::getClass).containsAll(leaves(Request.class));
        assertThat(responses).extracting(Object::getClass).containsAll(leaves(Response.class));
        assertThat(history.operations()).extracting(Operation::request).containsExactlyElementsOf(requests);
        assertThat(history.operations()).extracting(Operation::answer).startsWith(responses.toArray(Response[]::new));
        assertThat(reencoded(history)).isEqualTo(text.toString());
    }

    @Test
    void readsBackWatchesFaultsLeadersAndPhases() throws IOException {
        KeyEvent put = KeyEvent.put(new KeyValue("a", "1", 2, 2, 1, 0), null);
        KeyEvent delete = KeyEvent.delete("a", 3, put.kv());
        recorder.runStarted(-3, "watch", "kill", 3);
        int watch = recorder.watchOpened("n2", WatchSpec.EVERYTHING);
        recorder.heard(watch, HistoryLine.WatchHeard.Kind.CREATED, 1, 0);
        recorder.faultBegan("kill", "n1");
        recorder.heard(watch, 3, List.of(put, delete), false);
        recorder.leader("n2", 4);
        recorder.faultEnded("kill", "n1");
        recorder.phase("heal");

        History history = read();

        assertThat(history.watches()).singleElement().satisfies(it -> {
            assertThat(it.events()).containsExactly(put, delete);
            assertThat(it.isOpen()).isTrue();
        });
        assertThat(history.lines(HistoryLine.Leader.class)).containsExactly(new HistoryLine.Leader(30, "n2", 4));
        assertThat(history.lines(HistoryLine.Fault.class)).hasSize(2);
        assertThat(history.runStarted()).isNotNull();
        assertThat(reencoded(history)).isEqualTo(text.toString());
    }

    @Test
    void writesTheSameTextForTheSameRun() throws IOException {
        recorder.invoked(recorder.newProcess(), "n1", new StoreRequest.Put("k", "v"));
        recorder.close();

        assertThat(text.toString())
                .isEqualTo("{\"type\":\"invoked\",\"nanos\":5,\"process\":0,\"node\":\"n1\",\"request\":"
                        + "{\"type\":\"put\",\"key\":\"k\",\"value\":\"v\",\"lease\":0,\"prevKv\":false}}\n");
    }

    @Test
    void refusesASecondOutstandingCall() {
        int process = recorder.newProcess();
        recorder.invoked(process, "n1", new WorkloadRequest.BankRead());

        assertThatThrownBy(() -> recorder.invoked(process, "n1", new WorkloadRequest.BankRead()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesAnyCallAfterAnUnknownOutcome() {
        int process = recorder.newProcess();
        recorder.invoked(process, "n1", new WorkloadRequest.BankRead());
        recorder.unknown(process, new Failure(Failure.Kind.NO_ANSWER, "deadline"));

        assertThatThrownBy(() -> recorder.invoked(process, "n1", new WorkloadRequest.BankRead()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> recorder.ok(process, new Response.Done())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCallWithoutEndIsUnknown() throws IOException {
        recorder.invoked(recorder.newProcess(), "n1", new WorkloadRequest.BankRead());

        assertThat(read().operations()).singleElement().satisfies(operation -> {
            assertThat(operation.outcome()).isEqualTo(Outcome.INFO);
            assertThat(operation.returnIndex()).isEqualTo(Operation.NEVER);
        });
    }

    @Test
    void refusesLinesNoRecorderWrites() {
        HistoryLine call = new HistoryLine.Invoked(1, 0, "n1", new WorkloadRequest.BankRead());
        HistoryLine end = new HistoryLine.Completed(2, 0, Outcome.OK, new Response.Done(), null);

        assertThatThrownBy(() -> History.of(List.of(call, call))).isInstanceOf(MalformedHistoryException.class);
        assertThatThrownBy(() -> History.of(List.of(end))).isInstanceOf(MalformedHistoryException.class);
        assertThatThrownBy(() -> History.of(List.of(new HistoryLine.Phase(3, "x"), call)))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void namesTheLineThatIsDamaged() {
        BufferedReader in = new BufferedReader(
                new StringReader("{\"type\":\"phase\",\"nanos\":1,\"name\":\"load\"}\n{\"type\":\"pha"));

        assertThatThrownBy(() -> HistoryReader.read(in))
                .isInstanceOf(MalformedHistoryException.class)
                .hasMessageStartingWith("line 2");
    }

    @Test
    void keepsTheOrderOfConcurrentWriters() throws Exception {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int process = recorder.newProcess();
            Thread writer = new Thread(() -> {
                for (int call = 0; call < 200; call++) {
                    recorder.invoked(process, "n1", new WorkloadRequest.BankRead());
                    recorder.ok(process, new Response.Done());
                }
            });
            writers.add(writer);
            writer.start();
        }
        for (Thread writer : writers) {
            writer.join();
        }

        assertThat(read().operations()).hasSize(800).allMatch(Operation::isOk);
    }

    private History read() throws IOException {
        recorder.close();
        return HistoryReader.read(new BufferedReader(new StringReader(text.toString())));
    }

    private static String reencoded(History history) {
        StringBuilder again = new StringBuilder();
        history.lines().forEach(line -> again.append(HistoryJson.encode(line)).append('\n'));
        return again.toString();
    }

    private static List<Class<?>> leaves(Class<?> family) {
        List<Class<?>> leaves = new ArrayList<>();
        for (Class<?> member : family.getPermittedSubclasses()) {
            if (member.isSealed()) {
                leaves.addAll(leaves(member));
            } else {
                leaves.add(member);
            }
        }
        return leaves;
    }
}

package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.KeyValue;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Transfers between accounts by transactions on both, and reads of all accounts at once. Balances may be negative. */
public final class BankLoad implements Load {
    private static final int ACCOUNTS = 8;
    private static final long EACH = 100;
    private static final String PREFIX = "bank/";

    /** What is on all accounts together. */
    public static final long TOTAL = ACCOUNTS * EACH;

    public static SortedSet<String> accounts() {
        SortedSet<String> accounts = new TreeSet<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.add(account(i));
        }
        return accounts;
    }

    private static String account(int number) {
        return PREFIX + "account-" + number;
    }

    @Override
    public void setUp(Worker worker) throws InterruptedException {
        List<StoreRequest> puts = accounts().stream()
                .<StoreRequest>map(account -> new StoreRequest.Put(account, Long.toString(EACH)))
                .toList();
        StoreRequest.Txn open = new StoreRequest.Txn(List.of(Compare.modRevision(account(0), 0)), puts, List.of());
        Worker.Result result = worker.call(open);
        while (!result.isOk()) {
            result = worker.call(open);
        }
    }

    @Override
    public void step(Worker worker) throws InterruptedException {
        if (worker.random().nextInt(3) == 0) {
            read(worker);
        } else {
            int from = worker.random().nextInt(ACCOUNTS);
            int to = (from + 1 + worker.random().nextInt(ACCOUNTS - 1)) % ACCOUNTS;
            transfer(worker, account(from), account(to), 1 + worker.random().nextInt(10));
        }
    }

    @Override
    public void finalReads(Worker worker) throws InterruptedException {
        read(worker);
    }

    private static void read(Worker worker) throws InterruptedException {
        worker.begin(new WorkloadRequest.BankRead());
        Worker.Result read = worker.call(new StoreRequest.Range(KeyRange.prefix(PREFIX)));
        if (!read.isOk()) {
            worker.endLike(read);
            return;
        }
        SortedMap<String, Long> balances = new TreeMap<>();
        read.range().kvs().forEach(kv -> balances.put(kv.key(), Long.valueOf(kv.value())));
        worker.succeed(new Response.Balances(balances));
    }

    private static void transfer(Worker worker, String from, String to, long amount) throws InterruptedException {
        worker.begin(new WorkloadRequest.BankTransfer(from, to, amount));
        Worker.Result read = worker.call(new StoreRequest.Txn(
                List.of(),
                List.of(new StoreRequest.Range(KeyRange.single(from)), new StoreRequest.Range(KeyRange.single(to))),
                List.of()));
        Map<String, KeyValue> found = new TreeMap<>();
        if (read.isOk()) {
            for (Response part : read.txn().responses()) {
                ((Response.RangeResult) part).kvs().forEach(kv -> found.put(kv.key(), kv));
            }
        }
        KeyValue payer = found.get(from);
        KeyValue payee = found.get(to);
        if (payer == null || payee == null) {
            worker.fail("not read: " + read.failure());
            return;
        }
        Worker.Result write = worker.call(new StoreRequest.Txn(
                List.of(Compare.modRevision(from, payer.modRevision()), Compare.modRevision(to, payee.modRevision())),
                List.of(
                        new StoreRequest.Put(from, Long.toString(Long.parseLong(payer.value()) - amount)),
                        new StoreRequest.Put(to, Long.toString(Long.parseLong(payee.value()) + amount))),
                List.of()));
        if (!write.isOk()) {
            worker.endLike(write);
        } else if (write.txn().succeeded()) {
            worker.succeed(new Response.Done());
        } else {
            worker.fail("an account had changed");
        }
    }
}

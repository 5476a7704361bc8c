package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Compare;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import io.quorlite.faults.history.WorkloadRequest;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Locks: a key that whoever creates it holds, on a lease that the holder renews. */
final class LockLoad implements Load {
    private static final int LOCKS = 3;
    private static final long TTL_SECONDS = 3;

    private final Unique unique = new Unique();

    @Override
    public void step(Worker worker) throws InterruptedException {
        Random random = worker.random();
        String lock = "lock/" + random.nextInt(LOCKS);
        long lease = 2_000_000 + unique.next();
        String owner = "owner-" + lease;
        worker.begin(new WorkloadRequest.LockAcquire(lock, owner));
        Worker.Result granted = worker.call(new StoreRequest.LeaseGrant(lease, TTL_SECONDS));
        if (!granted.isOk()) {
            worker.fail("no lease: " + granted.failure());
            return;
        }
        Worker.Result taken = worker.call(new StoreRequest.Txn(
                List.of(Compare.modRevision(lock, 0)),
                List.of(new StoreRequest.Put(lock, owner, lease, false)),
                List.of()));
        if (!taken.isOk()) {
            worker.endLike(taken);
        } else if (!taken.txn().succeeded()) {
            worker.fail("somebody has it");
            worker.call(new StoreRequest.LeaseRevoke(lease));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
        } else {
            worker.succeed(held(taken.txn().revision()));
            hold(worker, lock, owner, lease, taken.txn().revision());
        }
    }

    private static void hold(Worker worker, String lock, String owner, long lease, long fence)
            throws InterruptedException {
        int renewals = worker.random().nextInt(3);
        boolean alive = true;
        for (int i = 0; i < renewals && alive; i++) {
            TimeUnit.MILLISECONDS.sleep(worker.random().nextInt(600));
            worker.begin(new WorkloadRequest.LockExtend(lock, owner));
            Worker.Result renewed = worker.call(new StoreRequest.LeaseKeepAlive(lease));
            alive = renewed.isOk() && ((Response.LeaseResult) renewed.answer()).ttlSeconds() > 0;
            if (alive) {
                worker.succeed(held(fence));
            } else if (renewed.isOk()) {
                worker.fail("the lease has ended");
            } else {
                worker.endLike(renewed);
            }
        }
        if (worker.random().nextInt(4) > 0) { // else it is forgotten, and ends with its lease
            worker.begin(new WorkloadRequest.LockRelease(lock, owner));
            Worker.Result revoked = worker.call(new StoreRequest.LeaseRevoke(lease));
            if (revoked.isOk()) {
                worker.succeed(new Response.Done());
            } else {
                worker.endLike(revoked);
            }
        }
    }

    /** The lease was asked for after the lock was, so that what is counted from the latter is no longer. */
    private static Response held(long fence) {
        return new Response.LockHeld(fence, TimeUnit.SECONDS.toNanos(TTL_SECONDS));
    }
}

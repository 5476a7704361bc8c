package io.quorlite.faults.workload;

import io.quorlite.faults.client.Worker;
import io.quorlite.faults.history.Response;
import io.quorlite.faults.history.StoreRequest;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Leases with keys, some renewed for a while, that are revoked or left to end, and asked after. */
final class LeaseLoad implements Load {
    private final Unique unique = new Unique();

    @Override
    public void step(Worker worker) throws InterruptedException {
        Random random = worker.random();
        long ttl = 2 + random.nextInt(3);
        Worker.Result granted = worker.call(new StoreRequest.LeaseGrant(1_000_000 + unique.next(), ttl));
        if (!granted.isOk()) {
            return;
        }
        long lease = ((Response.LeaseResult) granted.answer()).id();
        int keys = 1 + random.nextInt(3);
        for (int i = 0; i < keys; i++) {
            worker.call(new StoreRequest.Put("leased/" + lease + "-" + i, unique.value(), lease, false));
        }
        int renewals = random.nextInt(4);
        for (int i = 0; i < renewals; i++) {
            TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(800));
            worker.call(new StoreRequest.LeaseKeepAlive(lease));
        }
        if (random.nextInt(4) == 0) {
            worker.call(new StoreRequest.LeaseRevoke(lease));
        } else if (random.nextBoolean()) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
            worker.call(new StoreRequest.LeaseTimeToLive(lease));
        }
    }
}

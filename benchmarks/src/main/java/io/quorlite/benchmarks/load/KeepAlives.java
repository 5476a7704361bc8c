package io.quorlite.benchmarks.load;

import io.grpc.stub.StreamObserver;
import io.quorlite.etcd.proto.rpc.LeaseGrantRequest;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.LeaseGrpc;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveRequest;
import io.quorlite.etcd.proto.rpc.LeaseKeepAliveResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Renewals of leases, over one stream a connection, as clients keep theirs. Answers on a stream come in the order of the requests. */
public final class KeepAlives implements Operation {
    private static final int STREAMS = 6;
    private static final long TTL_SECONDS = 3_600;

    private final List<Renewals> streams = new ArrayList<>();

    public KeepAlives(Target target) {
        for (int i = 0; i < STREAMS; i++) {
            LeaseGrantResponse lease = LeaseGrpc.newBlockingStub(target.channel(i))
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build());
            streams.add(new Renewals(target, i, lease.getID()));
        }
    }

    @Override
    public void start(int number, Done done) {
        streams.get(Math.floorMod(number, STREAMS)).renew(done);
    }

    private static final class Renewals implements StreamObserver<LeaseKeepAliveResponse> {
        private final Queue<Done> waiting = new ConcurrentLinkedQueue<>();
        private final LeaseKeepAliveRequest request;
        private final StreamObserver<LeaseKeepAliveRequest> requests;

        Renewals(Target target, int number, long lease) {
            this.request = LeaseKeepAliveRequest.newBuilder().setID(lease).build();
            this.requests = target.lease(number).leaseKeepAlive(this);
        }

        /** In one step, so that the queue has the order of the stream. */
        synchronized void renew(Done done) {
            waiting.add(done);
            requests.onNext(request);
        }

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            Done done = waiting.remove();
            if (response.getTTL() > 0) {
                done.succeeded(1);
            } else {
                done.failed(new IllegalStateException("lease " + response.getID() + " is gone"));
            }
        }

        @Override
        public void onError(Throwable error) {
            for (Done done = waiting.poll(); done != null; done = waiting.poll()) {
                done.failed(error);
            }
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the server ended the stream"));
        }
    }
}

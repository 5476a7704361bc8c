package io.quorlite.etcd.transcript;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.quorlite.etcd.proto.rpc.LeaseGrantResponse;
import io.quorlite.etcd.proto.rpc.RequestOp;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.etcd.proto.rpc.ResponseOp;
import io.quorlite.etcd.proto.rpc.TxnRequest;
import io.quorlite.etcd.proto.rpc.TxnResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The order in which a transcript is replayed: by the revisions that the responses carry, each revision's writer first, then by
 * time. Revisions that no request made are those of leases that ran out; which lease it was follows from what was attached to
 * it, and how long it had.
 */
final class ReplayPlan {
    private final List<Step> steps = new ArrayList<>();

    private ReplayPlan() {}

    static List<Step> of(Transcript transcript) throws InvalidProtocolBufferException {
        ReplayPlan plan = new ReplayPlan();
        for (Transcript.Call call : transcript.calls()) {
            if (call.method().equals("etcdserverpb.Watch/Watch")) {
                plan.addWatch(RecordedWatch.of(call));
            } else if (!call.ofKind("resp").isEmpty()) {
                plan.addUnary(call); // a call without a response was cancelled before its request was sent
            }
        }
        plan.addExpiries();
        plan.steps.sort(Step.ORDER);
        return List.copyOf(plan.steps);
    }

    private void addWatch(RecordedWatch watch) {
        steps.add(
                new Step(watch.created().getHeader().getRevision(), false, watch.micros(), new Step.OpenWatch(watch)));
    }

    private void addUnary(Transcript.Call call) throws InvalidProtocolBufferException {
        UnaryMethod method = UnaryMethod.named(call.method());
        Transcript.Entry answer = call.ofKind("resp").get(0);
        Message request = method.readRequest(call.ofKind("req").get(0).message());
        Message response = method.readResponse(answer.message());
        steps.add(new Step(
                revision(response),
                makesRevision(response),
                answer.micros(),
                new Step.Unary(call, method, request, response)));
    }

    private static long revision(Message response) {
        ResponseHeader header = (ResponseHeader)
                response.getField(response.getDescriptorForType().findFieldByName("header"));
        return header.getRevision();
    }

    private static boolean makesRevision(Message response) {
        return response instanceof TxnResponse txn
                && txn.getResponsesList().stream().anyMatch(ReplayPlan::changes);
    }

    private static boolean changes(ResponseOp op) {
        return op.hasResponsePut()
                || (op.hasResponseDeleteRange() && op.getResponseDeleteRange().getDeleted() > 0);
    }

    // leases that ran out

    private void addExpiries() {
        steps.sort(Step.ORDER);
        Map<Long, Long> deadlines = deadlines();
        Map<String, Long> attached = new HashMap<>();
        List<Step> expiries = new ArrayList<>();
        long revision = 1;
        for (Step step : steps) {
            if (!step.makesRevision()) {
                continue;
            }
            while (++revision < step.revision()) {
                expiries.add(expiry(revision, step.micros(), deadlines, attached));
            }
            attach((Step.Unary) step.action(), attached);
        }
        steps.addAll(expiries);
    }

    private Map<Long, Long> deadlines() {
        Map<Long, Long> deadlines = new TreeMap<>();
        for (Step step : steps) {
            if (step.action() instanceof Step.Unary unary && unary.response() instanceof LeaseGrantResponse lease) {
                deadlines.put(lease.getID(), step.micros() + lease.getTTL() * 1_000_000);
            }
        }
        return deadlines;
    }

    private static Step expiry(
            long revision, long beforeMicros, Map<Long, Long> deadlines, Map<String, Long> attached) {
        List<Long> due = attached.values().stream()
                .distinct()
                .filter(lease -> deadlines.getOrDefault(lease, Long.MAX_VALUE) < beforeMicros)
                .toList();
        if (due.size() != 1) {
            throw new IllegalArgumentException("revision " + revision + " was made by no request, and " + due.size()
                    + " leases could have run out then, not one");
        }
        attached.values().removeIf(due.get(0)::equals);
        return new Step(revision, true, beforeMicros, new Step.Expire(due.get(0)));
    }

    private static void attach(Step.Unary step, Map<String, Long> attached) {
        TxnRequest request = (TxnRequest) step.request();
        TxnResponse response = (TxnResponse) step.response();
        for (RequestOp op : response.getSucceeded() ? request.getSuccessList() : request.getFailureList()) {
            if (op.hasRequestPut()) {
                attached.put(
                        op.getRequestPut().getKey().toStringUtf8(),
                        op.getRequestPut().getLease());
            } else if (op.hasRequestDeleteRange()) {
                attached.remove(op.getRequestDeleteRange().getKey().toStringUtf8());
            }
        }
        attached.values().removeIf(lease -> lease == 0);
    }
}

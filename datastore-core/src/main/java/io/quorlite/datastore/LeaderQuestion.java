package io.quorlite.datastore;

import io.quorlite.mvcc.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What members ask their leader about leases, and the binary form of question and answer. All numbers are big-endian.
 *
 * <pre>
 * question  version:1 = 1 | kind:1 | lease id:8
 * answer    status:1 | renewal: ttl seconds:8
 *                    | time to live: granted:8 | remaining:8 | count:4 | count x (length:4 | key)
 * </pre>
 */
record LeaderQuestion(Kind kind, long leaseId) {
    private static final byte VERSION = 1;
    private static final byte ANSWERED = 0;
    private static final byte NOT_LEADING = 1;

    enum Kind {
        RENEW,
        TIME_TO_LIVE,
        TIME_TO_LIVE_WITH_KEYS
    }

    byte[] encode() {
        return ByteBuffer.allocate(10)
                .put(VERSION)
                .put((byte) kind.ordinal())
                .putLong(leaseId)
                .array();
    }

    /** @throws IllegalArgumentException if it is no question of this version */
    static LeaderQuestion decode(byte[] question) {
        if (question.length != 10 || question[0] != VERSION || question[1] < 0 || question[1] >= Kind.values().length) {
            throw new IllegalArgumentException("not a question that this version knows");
        }
        return new LeaderQuestion(
                Kind.values()[question[1]], ByteBuffer.wrap(question, 2, 8).getLong());
    }

    /** The one asked does not lead, or not yet, or cannot prove it: ask again. */
    static byte[] notLeading() {
        return new byte[] {NOT_LEADING};
    }

    static boolean isAnswered(byte[] answer) {
        return answer.length > 0 && answer[0] == ANSWERED;
    }

    static byte[] encodeTtl(long ttlSeconds) {
        return ByteBuffer.allocate(9).put(ANSWERED).putLong(ttlSeconds).array();
    }

    static long decodeTtl(byte[] answer) {
        return ByteBuffer.wrap(answer, 1, 8).getLong();
    }

    static byte[] encodeStatus(LeaseStatus status) {
        int length = 1 + 8 + 8 + 4;
        for (Bytes key : status.keys()) {
            length += 4 + key.length();
        }
        ByteBuffer answer = ByteBuffer.allocate(length).put(ANSWERED);
        answer.putLong(status.grantedTtlSeconds()).putLong(status.remainingSeconds());
        answer.putInt(status.keys().size());
        for (Bytes key : status.keys()) {
            answer.putInt(key.length()).put(key.unsafeArray());
        }
        return answer.array();
    }

    static LeaseStatus decodeStatus(long id, byte[] answer) {
        ByteBuffer buffer = ByteBuffer.wrap(answer, 1, answer.length - 1);
        long granted = buffer.getLong();
        long remaining = buffer.getLong();
        int count = buffer.getInt();
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] key = new byte[buffer.getInt()];
            buffer.get(key);
            keys.add(Bytes.wrap(key));
        }
        return new LeaseStatus(id, granted, remaining, List.copyOf(keys));
    }
}

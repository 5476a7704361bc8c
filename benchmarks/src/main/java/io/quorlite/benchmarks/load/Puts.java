package io.quorlite.benchmarks.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorlite.etcd.proto.rpc.PutRequest;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Puts to a fixed set of keys, which are drawn with a stride prime to their number, so that as many puts reach each once. */
public final class Puts implements Operation {
    static final String PREFIX = "/bench/";
    private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 8;
    private static final long STRIDE = 7919;

    private final Target target;
    private final int keys;
    private final ByteString value;

    public Puts(Target target, int keys, int valueBytes) {
        this.target = target;
        this.keys = keys;
        this.value = value(valueBytes);
    }

    static ByteString value(int bytes) {
        byte[] random = new byte[bytes];
        new Random(42).nextBytes(random);
        return UnsafeByteOperations.unsafeWrap(random);
    }

    static ByteString key(int number, int keys) {
        byte[] key = new byte[PREFIX_BYTES.length + DIGITS];
        System.arraycopy(PREFIX_BYTES, 0, key, 0, PREFIX_BYTES.length);
        long rest = Math.floorMod(number * STRIDE, keys);
        for (int i = key.length - 1; i >= PREFIX_BYTES.length; i--) {
            key[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return UnsafeByteOperations.unsafeWrap(key);
    }

    @Override
    public void start(int number, Done done) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(key(number, keys))
                .setValue(value)
                .build();
        target.kv(number).put(request, done.with(response -> 1));
    }
}

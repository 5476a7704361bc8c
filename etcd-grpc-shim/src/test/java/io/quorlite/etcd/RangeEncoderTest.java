package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RangeEncoderTest {
    private final ReplyChunks chunks = new ReplyChunks();

    @Test
    void encodesNothingFoundAsProtobufDoes() throws IOException {
        assertEncoded(List.of(), 0, false);
    }

    @Test
    void encodesACountAsProtobufDoes() throws IOException {
        assertEncoded(List.of(), 70_000, false);
    }

    @Test
    void encodesEveryFieldAsProtobufDoes() throws IOException {
        KeyValue whole = new KeyValue(Bytes.utf8("k"), Bytes.utf8("v"), 2, Long.MAX_VALUE, 4, -5);
        KeyValue bare = new KeyValue(Bytes.utf8("other"), Bytes.EMPTY, 0, 0, 0, 0);

        assertEncoded(List.of(whole, bare), 30, true);
    }

    @Test
    void encodesValuesAroundTheSizesOfChunksAsProtobufDoes() throws IOException {
        Random random = new Random(42);
        List<KeyValue> rows = IntStream.of(0, 1, 100, 127, 128, 4_000, 4_096, 5_000, 70_000, 300_000, 1_500_000, 3)
                .mapToObj(size -> {
                    byte[] value = new byte[size];
                    random.nextBytes(value);
                    return new KeyValue(Bytes.utf8("key " + size), Bytes.wrap(value), size, size + 1L, 3, 0);
                })
                .toList();

        assertEncoded(rows, rows.size(), false);
    }

    @Test
    void encodesManySmallRowsAsProtobufDoes() throws IOException {
        List<KeyValue> rows = IntStream.range(0, 20_000)
                .mapToObj(i -> new KeyValue(Bytes.utf8("k" + i), Bytes.utf8("value of " + i), i, i, i, 0))
                .toList();

        assertEncoded(rows, rows.size(), false);
    }

    @Test
    void aReplyThatIsNotWrittenKeepsItsChunksToItself() throws IOException {
        List<KeyValue> rows = values(8, (byte) 'a');
        EncodedReply written = encode(rows, 8, false);
        EncodedReply waiting = encode(rows, 8, false);
        List<byte[]> lent = List.copyOf(written.parts());
        drained(written);

        EncodedReply next = encode(values(8, (byte) 'b'), 8, false);

        assertThat(next.parts()).as("those of the reply that was written").anyMatch(lent::contains);
        assertThat(next.parts()).noneMatch(waiting.parts()::contains);
        assertThat(drained(waiting)).isEqualTo(expected(rows, 8, false).toByteArray());
        assertThatThrownBy(() -> drained(written)).isInstanceOf(IllegalStateException.class);
    }

    private static List<KeyValue> values(int count, byte filling) {
        byte[] value = new byte[200_000];
        Arrays.fill(value, filling);
        return IntStream.range(0, count)
                .mapToObj(i -> new KeyValue(Bytes.utf8("key " + i), Bytes.wrap(value), i, i + 1L, 3, 0))
                .toList();
    }

    private static byte[] drained(EncodedReply reply) throws IOException {
        ByteArrayOutputStream drained = new ByteArrayOutputStream();
        ((Drainable) EncodedReplyMarshaller.INSTANCE.stream(reply)).drainTo(drained);
        return drained.toByteArray();
    }

    private void assertEncoded(List<KeyValue> rows, long count, boolean more) throws IOException {
        EncodedReply reply = encode(rows, count, more);

        RangeResponse expected = expected(rows, count, more);
        assertThat(drained(reply)).isEqualTo(expected.toByteArray());
        assertThat(reply.sizeBytes()).isEqualTo(expected.getSerializedSize());
        EncodedReply again = encode(rows, count, more); // in the same chunks
        assertThat(EncodedReplyMarshaller.INSTANCE.stream(again).readAllBytes()).isEqualTo(expected.toByteArray());
    }

    private EncodedReply encode(List<KeyValue> rows, long count, boolean more) {
        RangeEncoder encoder = new RangeEncoder(new NodeIdentity(11, -12, () -> 13), chunks);
        rows.forEach(encoder::row);
        return encoder.end(20, count, more);
    }

    private static RangeResponse expected(List<KeyValue> rows, long count, boolean more) {
        RangeResponse.Builder response = RangeResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder()
                        .setClusterId(11)
                        .setMemberId(-12)
                        .setRevision(20)
                        .setRaftTerm(13))
                .setCount(count)
                .setMore(more);
        for (KeyValue row : rows) {
            response.addKvs(io.quorlite.etcd.proto.kv.KeyValue.newBuilder()
                    .setKey(ByteString.copyFrom(row.key().unsafeArray()))
                    .setValue(ByteString.copyFrom(row.value().unsafeArray()))
                    .setCreateRevision(row.createRevision())
                    .setModRevision(row.modRevision())
                    .setVersion(row.version())
                    .setLease(row.lease()));
        }
        return response.build();
    }
}

package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.etcd.proto.rpc.ResponseHeader;
import io.quorlite.etcd.proto.rpc.WatchResponse;
import io.quorlite.mvcc.Bytes;
import io.quorlite.mvcc.KeyEvent;
import io.quorlite.mvcc.KeyValue;
import io.quorlite.watch.WatchEvent;
import io.quorlite.watch.WatchMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchEncoderTest {
    private static final int FRAGMENT_BYTES_MAX = 4_000;

    private final NodeIdentity identity = new NodeIdentity(-1, 77, () -> 300);
    private final WatchEncoder encoder = new WatchEncoder(identity, FRAGMENT_BYTES_MAX);

    @Test
    void encodesControlMessagesAsProtobufDoes() throws IOException {
        assertEncoded(new WatchMessage.Created(0, 5), response(5).setCreated(true));
        assertEncoded(new WatchMessage.Created(9, 5), response(5).setWatchId(9).setCreated(true));
        assertEncoded(new WatchMessage.Progress(-1, 6), response(6).setWatchId(-1));
        assertEncoded(
                new WatchMessage.Cancelled(3, 7), response(7).setWatchId(3).setCanceled(true));
        assertEncoded(
                new WatchMessage.Compacted(3, 8),
                response(0).setWatchId(3).setCanceled(true).setCompactRevision(8));
    }

    @Test
    void encodesRejectionsWithEtcdsReasons() throws IOException {
        assertEncoded(
                new WatchMessage.Rejected(WatchMessage.Reason.DUPLICATE_ID, 5),
                rejected("mvcc: duplicate watch ID provided on the WatchStream"));
        assertEncoded(
                new WatchMessage.Rejected(WatchMessage.Reason.EMPTY_RANGE, 5),
                rejected("mvcc: watcher range is empty"));
        assertEncoded(
                new WatchMessage.Rejected(WatchMessage.Reason.NEGATIVE_REVISION, 5),
                rejected("etcdserver: mvcc: required revision has been compacted"));
    }

    @Test
    void encodesEventsAsProtobufDoes() throws IOException {
        List<WatchEvent> events = List.of(
                event(1, 100),
                new WatchEvent(new KeyEvent(
                        KeyValue.tombstone(Bytes.utf8("gone"), 9),
                        1,
                        new KeyValue(Bytes.utf8("gone"), Bytes.EMPTY, 1, 2, 3, 4))));

        assertEncoded(new WatchMessage.Events(2, 9, true, events), withEvents(events, true, 9));
        assertEncoded(new WatchMessage.Events(2, 9, false, events), withEvents(events, false, 9));
    }

    @Test
    void sharesAnEventsBytesAmongResponses() {
        List<WatchEvent> events = List.of(event(1, 100));

        EncodedReply one = only(encoder.encode(new WatchMessage.Events(2, 9, false, events), false));
        EncodedReply other = only(encoder.encode(new WatchMessage.Events(3, 9, false, events), false));

        assertThat(one.parts().get(0)).isSameAs(other.parts().get(0));
    }

    @Test
    void splitsOnlyWhereFragmentsWereAskedFor() {
        WatchMessage.Events message = new WatchMessage.Events(2, 9, false, events(10, 1_000));

        assertThat(encoder.encode(message, false)).hasSize(1);
        assertThat(encoder.encode(message, true)).hasSizeGreaterThan(1);
    }

    @Test
    void marksAllFragmentsButTheLastAndKeepsEachBelowTheLimit() throws IOException {
        List<WatchEvent> events = events(10, 1_000);

        List<EncodedReply> frames = encoder.encode(new WatchMessage.Events(2, 9, false, events), true);

        List<io.quorlite.etcd.proto.kv.Event> seen = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            WatchResponse response = parse(frames.get(i));
            assertThat(response.getFragment()).isEqualTo(i < frames.size() - 1);
            assertThat(response.getSerializedSize()).isLessThan(FRAGMENT_BYTES_MAX);
            seen.addAll(response.getEventsList());
        }
        assertThat(seen).isEqualTo(withEvents(events, false, 9).getEventsList());
    }

    @Test
    void sendsAnEventLargerThanTheLimitByItself() throws IOException {
        List<WatchEvent> events = List.of(event(1, 10), event(2, 9_000), event(3, 10));

        List<EncodedReply> frames = encoder.encode(new WatchMessage.Events(2, 9, false, events), true);

        assertThat(frames).hasSize(3);
        assertThat(parse(frames.get(1)).getEventsCount()).isOne();
    }

    @Test
    void readsTheSameInAnyPortion() throws IOException {
        EncodedReply frame = only(encoder.encode(new WatchMessage.Events(2, 9, false, events(3, 50)), false));
        byte[] drained = bytes(frame);

        InputStream stream = EncodedReplyMarshaller.INSTANCE.stream(frame);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        assertThat(stream.available()).isEqualTo(frame.sizeBytes());
        for (byte[] portion = new byte[7]; ; ) {
            int count = stream.read(portion);
            if (count < 0) {
                break;
            }
            read.write(portion, 0, count);
        }
        assertThat(read.toByteArray()).isEqualTo(drained);
        assertThat(stream.available()).isZero();
    }

    private void assertEncoded(WatchMessage message, WatchResponse.Builder expected) throws IOException {
        EncodedReply frame = only(encoder.encode(message, true));

        assertThat(bytes(frame)).isEqualTo(expected.build().toByteArray());
        assertThat(frame.sizeBytes()).isEqualTo(expected.build().getSerializedSize());
    }

    private WatchResponse.Builder response(long revision) {
        return WatchResponse.newBuilder()
                .setHeader(ResponseHeader.newBuilder()
                        .setClusterId(identity.clusterId())
                        .setMemberId(identity.memberId())
                        .setRevision(revision)
                        .setRaftTerm(identity.term()));
    }

    private WatchResponse.Builder rejected(String reason) {
        return response(5).setWatchId(-1).setCreated(true).setCanceled(true).setCancelReason(reason);
    }

    private WatchResponse.Builder withEvents(List<WatchEvent> events, boolean prevKv, long revision) {
        WatchResponse.Builder response = response(revision).setWatchId(2);
        for (WatchEvent event : events) {
            io.quorlite.etcd.proto.kv.Event.Builder plain = ProtoMapper.event(event.event()).toBuilder();
            response.addEvents(prevKv ? plain : plain.clearPrevKv());
        }
        return response;
    }

    private static List<WatchEvent> events(int count, int valueBytes) {
        List<WatchEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event(i, valueBytes));
        }
        return events;
    }

    private static WatchEvent event(int sub, int valueBytes) {
        KeyValue kv = new KeyValue(Bytes.utf8("key-" + sub), Bytes.wrap(new byte[valueBytes]), 9, 9, 1, 0);
        return new WatchEvent(new KeyEvent(kv, sub, null));
    }

    private static EncodedReply only(List<EncodedReply> frames) {
        assertThat(frames).hasSize(1);
        return frames.get(0);
    }

    private static byte[] bytes(EncodedReply frame) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ((io.grpc.Drainable) EncodedReplyMarshaller.INSTANCE.stream(frame)).drainTo(out);
        return out.toByteArray();
    }

    private static WatchResponse parse(EncodedReply frame) throws IOException {
        return WatchResponse.parseFrom(bytes(frame));
    }
}

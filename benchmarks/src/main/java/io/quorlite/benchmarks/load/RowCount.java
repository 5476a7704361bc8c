package io.quorlite.benchmarks.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor;
import io.quorlite.etcd.proto.kv.KeyValue;
import io.quorlite.etcd.proto.rpc.KVGrpc;
import io.quorlite.etcd.proto.rpc.RangeRequest;
import io.quorlite.etcd.proto.rpc.RangeResponse;
import io.quorlite.etcd.proto.rpc.ResponseHeader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A reply to a range of which the client reads as much as paging needs: how many rows came, the last one's key, whether more follow
 * and at which revision. Client and servers share the machine: an object for every row would measure the client.
 */
record RowCount(long rows, ByteString lastKey, boolean more, long revision) {
    static final MethodDescriptor<RangeRequest, RowCount> RANGE = KVGrpc.getRangeMethod().toBuilder(
                    KVGrpc.getRangeMethod().getRequestMarshaller(), new Reader())
            .build();

    private static final class Reader implements MethodDescriptor.Marshaller<RowCount> {
        @Override
        public InputStream stream(RowCount value) {
            throw new AssertionError("replies are only read");
        }

        @Override
        public RowCount parse(InputStream reply) {
            try {
                return read(CodedInputStream.newInstance(reply));
            } catch (IOException e) {
                throw new UncheckedIOException("a reply that is no RangeResponse", e);
            }
        }

        private static RowCount read(CodedInputStream reply) throws IOException {
            reply.setSizeLimit(Integer.MAX_VALUE);
            long rows = 0;
            long revision = 0;
            boolean more = false;
            ByteString lastKey = ByteString.EMPTY;
            for (int tag = reply.readTag(); tag != 0; tag = reply.readTag()) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case RangeResponse.HEADER_FIELD_NUMBER ->
                        revision =
                                ResponseHeader.parseFrom(reply.readByteArray()).getRevision();
                    case RangeResponse.KVS_FIELD_NUMBER -> {
                        rows++;
                        lastKey = key(reply);
                    }
                    case RangeResponse.MORE_FIELD_NUMBER -> more = reply.readBool();
                    default -> reply.skipField(tag);
                }
            }
            return new RowCount(rows, lastKey, more, revision);
        }

        /** Both servers write a row's key first; the rest of the row is passed over. */
        private static ByteString key(CodedInputStream reply) throws IOException {
            int limit = reply.pushLimit(reply.readRawVarint32());
            ByteString key = ByteString.EMPTY;
            int tag = reply.readTag();
            if (WireFormat.getTagFieldNumber(tag) == KeyValue.KEY_FIELD_NUMBER) {
                key = reply.readBytes();
            }
            reply.skipRawBytes(reply.getBytesUntilLimit());
            reply.popLimit(limit);
            return key;
        }
    }
}

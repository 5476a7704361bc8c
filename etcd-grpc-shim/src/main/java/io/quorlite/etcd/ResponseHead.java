package io.quorlite.etcd;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The header that every response begins with, encoded: field 1 {1 cluster_id, 2 member_id, 3 revision, 4 raft_term}. */
final class ResponseHead {
    private static final int HEADER = 1;

    private ResponseHead() {}

    /** Tag, length and header, as protobuf has them. */
    static byte[] of(NodeIdentity identity, long revision) {
        long term = identity.term();
        int size = unsignedSize(1, identity.clusterId())
                + unsignedSize(2, identity.memberId())
                + unsignedSize(3, revision)
                + unsignedSize(4, term);
        byte[] bytes = new byte
                [CodedOutputStream.computeTagSize(HEADER) + CodedOutputStream.computeUInt32SizeNoTag(size) + size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeTag(HEADER, 2); // wire type 2: length, then bytes
            out.writeUInt32NoTag(size);
            unsigned(out, 1, identity.clusterId());
            unsigned(out, 2, identity.memberId());
            unsigned(out, 3, revision);
            unsigned(out, 4, term);
            out.checkNoSpaceLeft();
        } catch (IOException impossible) {
            throw new UncheckedIOException("the header's own size does not hold it", impossible);
        }
        return bytes;
    }

    private static int unsignedSize(int field, long value) {
        return value == 0 ? 0 : CodedOutputStream.computeUInt64Size(field, value);
    }

    private static void unsigned(CodedOutputStream out, int field, long value) throws IOException {
        if (value != 0) {
            out.writeUInt64(field, value);
        }
    }
}

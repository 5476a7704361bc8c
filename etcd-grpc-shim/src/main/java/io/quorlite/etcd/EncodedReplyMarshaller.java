package io.quorlite.etcd;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a {@link EncodedReply} on the wire as it is, without encoding it again. */
final class EncodedReplyMarshaller implements MethodDescriptor.Marshaller<EncodedReply> {
    static final EncodedReplyMarshaller INSTANCE = new EncodedReplyMarshaller();

    private EncodedReplyMarshaller() {}

    @Override
    public InputStream stream(EncodedReply frame) {
        return new FrameStream(frame);
    }

    @Override
    public EncodedReply parse(InputStream stream) {
        try {
            return EncodedReply.of(stream.readAllBytes(), List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("reading a message", e);
        }
    }

    /** The frame's parts one after the other. gRPC drains it; reading byte by byte is for transports within a process. */
    private static final class FrameStream extends InputStream implements Drainable, KnownLength {
        private final EncodedReply frame;
        private int remaining;
        private int part;
        private @Nullable InputStream current;

        FrameStream(EncodedReply frame) {
            this.frame = frame;
            this.remaining = frame.sizeBytes();
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            if (remaining != frame.sizeBytes()) {
                return (int) transferTo(target);
            }
            target.write(frame.head());
            for (int i = 0; i < frame.parts().size(); i++) {
                target.write(frame.parts().get(i), 0, frame.length(i));
            }
            remaining = 0;
            part = frame.parts().size() + 1;
            frame.written(); // what was drained is the target's own
            return frame.sizeBytes();
        }

        @Override
        public int available() {
            return remaining;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (remaining > 0) {
                if (current == null) {
                    current = part == 0
                            ? new ByteArrayInputStream(frame.head())
                            : new ByteArrayInputStream(frame.parts().get(part - 1), 0, frame.length(part - 1));
                    part++;
                }
                int count = current.read(target, offset, length);
                if (count >= 0) {
                    remaining -= count;
                    return count;
                }
                current = null;
            }
            return -1;
        }
    }
}

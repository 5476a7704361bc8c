package io.quorlite.raft.transport;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.quorlite.sofajraft.protobuf.CodedInputStream;
import io.quorlite.sofajraft.protobuf.CodedOutputStream;
import io.quorlite.sofajraft.protobuf.InvalidProtocolBufferException;
import io.quorlite.sofajraft.protobuf.Message;
import io.quorlite.sofajraft.rpc.RpcRequests.ErrorResponse;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A protobuf message as the payload of a frame. A response has one byte before it that says whether it is the request's own
 * response or the engine's error response.
 */
final class ProtoBody implements FrameBody {
    private static final int ERROR = 0;
    private static final int RESPONSE = 1;
    private static final int NONE = -1;

    private final int prefix;
    private final Message message;
    private final int messageBytes;

    private ProtoBody(int prefix, Message message) {
        this.prefix = prefix;
        this.message = message;
        this.messageBytes = message.getSerializedSize();
    }

    static ProtoBody request(Message request) {
        return new ProtoBody(NONE, request);
    }

    static ProtoBody response(Message response) {
        return new ProtoBody(response instanceof ErrorResponse ? ERROR : RESPONSE, response);
    }

    @Override
    public int bytes() {
        return messageBytes + (prefix == NONE ? 0 : 1);
    }

    @Override
    public void write(ByteBuf out) {
        if (prefix != NONE) {
            out.writeByte(prefix);
        }
        int start = out.writerIndex();
        CodedOutputStream stream = CodedOutputStream.newInstance(out.nioBuffer(start, messageBytes));
        try {
            message.writeTo(stream);
            stream.flush();
            stream.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "serialise " + message.getDescriptorForType().getFullName(), e);
        }
        out.writerIndex(start + messageBytes);
    }

    static Message parseRequest(EngineMessage kind, ByteBuf payload) throws InvalidProtocolBufferException {
        return parse(kind.request(), payload);
    }

    static Message parseResponse(EngineMessage kind, ByteBuf payload) throws InvalidProtocolBufferException {
        if (!payload.isReadable()) {
            throw new InvalidProtocolBufferException("an empty response to " + kind.protoName());
        }
        return parse(
                payload.readUnsignedByte() == ERROR ? ErrorResponse.getDefaultInstance() : kind.response(), payload);
    }

    /** The message owns its bytes: the stream copies them out of the buffer. */
    private static Message parse(Message empty, ByteBuf payload) throws InvalidProtocolBufferException {
        return empty.getParserForType().parseFrom(CodedInputStream.newInstance(payload.nioBuffer()));
    }
}

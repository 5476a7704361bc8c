package io.quorlite.raft.transport;

import io.quorlite.sofajraft.rpc.RaftRpcFactory;
import io.quorlite.sofajraft.rpc.RpcClient;
import io.quorlite.sofajraft.rpc.RpcServer;
import io.quorlite.sofajraft.util.Endpoint;
import io.quorlite.sofajraft.util.SPI;
import org.jspecify.annotations.Nullable;

/** What the engine finds as its transport. It holds nothing: a client learns its transport from the node's options. */
@SPI(priority = 10)
public final class NettyRaftRpcFactory implements RaftRpcFactory {
    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // The messages are known; see EngineMessage.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        RpcClient client = new NettyRpcClient();
        if (helper != null) {
            helper.config(client);
        }
        return client;
    }

    /** Not supported: a server belongs to a transport, see {@link NettyRpcServer#NettyRpcServer}. */
    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        throw new UnsupportedOperationException("make a NettyRpcServer on the member's transport");
    }
}

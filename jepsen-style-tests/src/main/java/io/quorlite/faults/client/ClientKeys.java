package io.quorlite.faults.client;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The certificates by which a client of a node is let in, in the node's own directory: they are there when the node has joined,
 * and others when it has joined anew.
 */
public record ClientKeys(Path pki) {
    /** @throws IOException if they cannot be read, as while the node is no member */
    SslContext context() throws IOException {
        return GrpcSslContexts.forClient()
                .trustManager(pki.resolve("ca.crt").toFile())
                .keyManager(
                        pki.resolve("client.crt").toFile(),
                        pki.resolve("client.key").toFile())
                .build();
    }
}

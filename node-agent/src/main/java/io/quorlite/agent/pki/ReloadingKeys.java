package io.quorlite.agent.pki;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives the newest credentials to each handshake. An alias names one generation of them, and the last few are kept: a handshake
 * that chose an alias just before a change still gets key and certificate of one generation. Thread-safe.
 */
final class ReloadingKeys extends X509ExtendedKeyManager {
    private static final int GENERATIONS_KEPT = 4;

    private record Generation(String alias, Credentials credentials) {}

    /** Newest first. */
    private volatile List<Generation> generations = List.of();

    private long count;

    synchronized void show(Credentials credentials) {
        Generation newest = new Generation("generation-" + ++count, credentials);
        generations = Stream.concat(Stream.of(newest), generations.stream())
                .limit(GENERATIONS_KEPT)
                .toList();
    }

    Optional<Credentials> shown() {
        return generations.stream().findFirst().map(Generation::credentials);
    }

    private @Nullable String newestFor(String keyType) {
        // JSSE asks for "EC", older ciphers for "EC_EC" and the like: the key's own kind comes first
        return generations.stream()
                .findFirst()
                .filter(newest -> keyType.startsWith(newest.credentials().key().getAlgorithm()))
                .map(Generation::alias)
                .orElse(null);
    }

    private @Nullable Credentials of(@Nullable String alias) {
        return generations.stream()
                .filter(generation -> generation.alias().equals(alias))
                .findFirst()
                .map(Generation::credentials)
                .orElse(null);
    }

    // Whom the other side believes is not asked: there is one certificate to show, and it says itself what is wrong
    // with it.

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return newestFor(keyType);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        for (String keyType : keyTypes) {
            String alias = newestFor(keyType);
            if (alias != null) {
                return alias;
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return newestFor(keyType);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineClientAlias(keyTypes, issuers, null);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = newestFor(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return getServerAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        Credentials credentials = of(alias);
        return credentials == null ? null : credentials.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        Credentials credentials = of(alias);
        return credentials == null ? null : credentials.key();
    }
}

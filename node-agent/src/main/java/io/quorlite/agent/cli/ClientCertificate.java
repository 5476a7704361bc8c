package io.quorlite.agent.cli;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.pki.Pem;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Who this command is to a node that is asked over TCP: the files of its options, or the operator's in the data directory. */
final class ClientCertificate {
    private static final char[] NO_PASSWORD = {};

    private ClientCertificate() {}

    static SSLContext context(GlobalOptions options, DataFolder folder) {
        Path authority = options.caCertificate == null ? folder.pki().resolve("ca.crt") : options.caCertificate;
        Path certificate = options.certificate == null ? folder.pki().resolve("admin.crt") : options.certificate;
        Path key = options.key == null ? folder.pki().resolve("admin.key") : options.key;
        return context(authority, certificate, key);
    }

    /** As the node in the directory. */
    static SSLContext node(DataFolder folder) {
        Path pki = folder.pki();
        return context(pki.resolve("ca.crt"), pki.resolve("node.crt"), pki.resolve("node.key"));
    }

    private static SSLContext context(Path authority, Path certificate, Path key) {
        try {
            KeyStore own = empty();
            PrivateKey privateKey = Pem.privateKey(read("--key", key));
            List<X509Certificate> chain = Pem.certificates(read("--cert", certificate));
            own.setKeyEntry("own", privateKey, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, NO_PASSWORD);
            KeyStore believed = empty();
            for (X509Certificate one : Pem.certificates(read("--cacert", authority))) {
                believed.setCertificateEntry("ca-" + believed.size(), one);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(believed);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new Refusal(ExitCode.IDENTITY, "the certificates for --endpoint cannot be used: " + e.getMessage());
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static String read(String option, Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new Refusal(
                    ExitCode.IDENTITY,
                    "an https endpoint needs a certificate: there is no " + file + "; give " + option);
        }
        return Files.readString(file);
    }
}

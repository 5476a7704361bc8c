package io.quorlite.agent.node;

import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.pki.ClusterAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A CA that the user brought to {@code init}: in files of the node's until it is in the cluster's records, then nowhere else. */
public final class GivenAuthority {
    private static final String CERTIFICATE = "given-ca.crt";
    private static final String KEY = "given-ca.key";

    private GivenAuthority() {}

    /** @throws CertificateException if it is not fit to sign */
    public static void store(DataFolder folder, String certificatePem, String keyPem)
            throws IOException, CertificateException {
        ClusterAuthority.load(certificatePem, keyPem, Instant.now());
        Files.createDirectories(folder.pki());
        Files.setPosixFilePermissions(folder.pki(), PosixFilePermissions.fromString("rwxr-x---"));
        Files.writeString(folder.pki().resolve(CERTIFICATE), certificatePem);
        Path key = folder.pki().resolve(KEY);
        Files.deleteIfExists(key);
        Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, keyPem);
    }

    static @Nullable ClusterAuthority read(DataFolder folder) throws IOException, CertificateException {
        Path certificate = folder.pki().resolve(CERTIFICATE);
        return Files.exists(certificate)
                ? ClusterAuthority.load(
                        Files.readString(certificate),
                        Files.readString(folder.pki().resolve(KEY)),
                        Instant.now())
                : null;
    }

    static void forget(DataFolder folder) throws IOException {
        Files.deleteIfExists(folder.pki().resolve(CERTIFICATE));
        Files.deleteIfExists(folder.pki().resolve(KEY));
    }
}

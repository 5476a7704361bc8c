package io.quorlite.agent.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.mvcc.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PkiDirectoryTest {
    @TempDir
    Path folder;

    private final TestPki pki = new TestPki();
    private PkiDirectory directory;

    @BeforeEach
    void open() {
        directory = new PkiDirectory(folder.resolve("pki"));
    }

    @Test
    void isEmptyAtFirst() throws IOException {
        assertThat(directory.hasNode()).isFalse();
        assertThat(directory.authorities()).isEmpty();
        assertThat(directory.credentials(CertificateRole.NODE)).isEmpty();
        assertThat(directory.keyEncryptionKey()).isEmpty();
    }

    @Test
    void givesBackWhatWasStored() throws IOException {
        Credentials node = pki.node(1);
        KeyEncryptionKey kek = KeyEncryptionKey.generate();
        directory.store(CertificateRole.NODE, node);
        directory.store(CertificateRole.CLIENT, pki.client());
        directory.storeAuthorities(List.of(pki.authority.certificate()));
        directory.store(kek);

        PkiDirectory again = new PkiDirectory(folder.resolve("pki"));

        assertThat(again.hasNode()).isTrue();
        assertThat(again.credentials(CertificateRole.NODE)).contains(node);
        assertThat(again.authorities()).containsExactly(pki.authority.certificate());
        assertThat(again.keyEncryptionKey()).contains(kek);
    }

    @Test
    void nobodyElseReadsKeys() throws IOException {
        directory.store(CertificateRole.NODE, pki.node(1));
        directory.store(KeyEncryptionKey.generate());
        directory.joinKeys();

        for (String secret : List.of("node.key", "kek", "join.key")) {
            assertThat(permissions(folder.resolve("pki").resolve(secret))).isEqualTo("rw-------");
        }
        assertThat(permissions(folder.resolve("pki"))).isEqualTo("rwx------");
    }

    @Test
    void aCrashBetweenKeyAndCertificateLeavesOneOfThePairsWhole() throws IOException {
        Credentials before = pki.node(1);
        Credentials after = pki.node(1);
        Path pkiFolder = folder.resolve("pki");
        directory.store(CertificateRole.NODE, before);
        Files.writeString(pkiFolder.resolve("node.key.next"), Pem.of(after.key()));
        assertThat(directory.credentials(CertificateRole.NODE)).contains(before);
        assertThat(pkiFolder.resolve("node.key.next")).doesNotExist();

        Files.writeString(pkiFolder.resolve("node.key.next"), Pem.of(after.key()));
        Files.writeString(pkiFolder.resolve("node.crt"), Pem.of(after.chain()));

        assertThat(directory.credentials(CertificateRole.NODE)).contains(after);
        assertThat(directory.credentials(CertificateRole.NODE)).contains(after);
        assertThat(pkiFolder.resolve("node.key.next")).doesNotExist();
    }

    @Test
    void refusesAKeyThatIsNotTheCertificates() throws IOException {
        directory.store(CertificateRole.NODE, pki.node(1));
        Files.writeString(folder.resolve("pki/node.key"), Pem.of(pki.node(1).key()));

        assertThatThrownBy(() -> directory.credentials(CertificateRole.NODE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("node.key is not the key of the certificate");
    }

    @Test
    void keepsANewcomersKeyUntilItIsForgotten() throws IOException {
        byte[] first = directory.joinKeys().getPublic().getEncoded();

        assertThat(new PkiDirectory(folder.resolve("pki"))
                        .joinKeys()
                        .getPublic()
                        .getEncoded())
                .isEqualTo(first);
        directory.forgetJoinKeys();
        assertThat(directory.joinKeys().getPublic().getEncoded()).isNotEqualTo(first);
    }

    @Test
    void sealsAKeySoThatOnlyItsKeyForItsPurposeOpensIt() throws Exception {
        KeyEncryptionKey kek = KeyEncryptionKey.generate();
        var sealed = SealedKey.seal(kek, new byte[] {1, 2, 3}, "a");
        byte[] changed = sealed.toByteArray();
        changed[20] ^= 1;

        assertThat(SealedKey.open(kek, sealed, "a")).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> SealedKey.open(kek, sealed, "b")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> SealedKey.open(KeyEncryptionKey.generate(), sealed, "a"))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> SealedKey.open(kek, Bytes.wrap(changed), "a"))
                .isInstanceOf(GeneralSecurityException.class);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}

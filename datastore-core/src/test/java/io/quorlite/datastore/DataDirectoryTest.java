package io.quorlite.datastore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private static final List<Member> THREE = List.of(member("n1", 1), member("n2", 2), member("n3", 3));

    @TempDir
    Path temp;

    @Test
    void makesTheDirectoryAndKeepsTheIdentityOfTheFirstStart() throws Exception {
        Path dir = temp.resolve("a/b");

        MemberIdentity first = openAndClose(three(dir, "n2").build());
        MemberIdentity second = openAndClose(three(dir, "n2").build());

        assertThat(second).isEqualTo(first);
        assertThat(first.name()).isEqualTo("n2");
        assertThat(first.initialMembers()).hasSize(3).allMatch(member -> member.id() != 0);
        assertThat(first.initialMembers()).extracting(Member::id).contains(first.memberId());
        assertThat(dir.resolve("raft")).isDirectory();
        assertThat(dir.resolve("db")).isDirectory();
        for (String inside : List.of("raft", "db", "staging")) {
            assertThat(Files.getPosixFilePermissions(dir.resolve(inside)))
                    .as("what others may do in " + inside)
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void membersOfOneConfigurationDeriveTheSameIds() throws Exception {
        MemberIdentity one = openAndClose(three(temp.resolve("1"), "n1").build());
        MemberIdentity two = openAndClose(three(temp.resolve("2"), "n2").build());

        assertThat(two.clusterId()).isEqualTo(one.clusterId());
        assertThat(two.initialMembers()).isEqualTo(one.initialMembers());
        assertThat(two.memberId()).isNotEqualTo(one.memberId());
    }

    @Test
    void tokensTellClustersApart() throws Exception {
        MemberIdentity one = openAndClose(three(temp.resolve("1"), "n1").build());
        MemberIdentity other = openAndClose(
                three(temp.resolve("2"), "n1").clusterToken("other").build());

        assertThat(other.clusterId()).isNotEqualTo(one.clusterId());
        assertThat(other.memberId()).isNotEqualTo(one.memberId());
    }

    @Test
    void refusesASecondHolderAndNamesItsPid() throws Exception {
        DatastoreConfig config = DatastoreConfig.inDirectory(temp);
        try (DataDirectory held = DataDirectory.open(config)) {
            assertThat(held.identity().name()).isEqualTo("default");

            assertThatThrownBy(() -> DataDirectory.open(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(
                            "in use by process " + ProcessHandle.current().pid());
        }
        openAndClose(config);
    }

    @Test
    void refusesADirectoryOfAnotherMemberOrCluster() throws Exception {
        openAndClose(three(temp, "n1").build());

        assertThatThrownBy(() -> openAndClose(three(temp, "n2").build()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to another member name: it has n1, the configuration says n2");
        assertThatThrownBy(
                        () -> openAndClose(three(temp, "n1").clusterToken("x").build()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another cluster token");
        assertThatThrownBy(() -> openAndClose(
                        builder(temp, "n1").peers(THREE.subList(0, 2)).build()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another cluster");
    }

    @Test
    void withoutConfiguredMembersTheStoredOnesHold() throws Exception {
        MemberIdentity first = openAndClose(three(temp, "n1").build());

        assertThat(openAndClose(builder(temp, "n1").build())).isEqualTo(first);
    }

    @Test
    void refusesADamagedIdentity() throws Exception {
        openAndClose(DatastoreConfig.inDirectory(temp));
        Path file = temp.resolve("identity");
        byte[] content = Files.readAllBytes(file);
        content[20] ^= 1;
        Files.write(file, content);

        assertThatThrownBy(() -> openAndClose(DatastoreConfig.inDirectory(temp)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void refusesAFormatItDoesNotKnowAndDataWithoutAnIdentity() throws Exception {
        openAndClose(DatastoreConfig.inDirectory(temp));
        Files.writeString(temp.resolve("VERSION"), "quorlite 2\n", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> openAndClose(DatastoreConfig.inDirectory(temp)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("quorlite 2");

        Files.writeString(temp.resolve("VERSION"), "quorlite 1\n", StandardCharsets.US_ASCII);
        Files.delete(temp.resolve("identity"));
        Files.writeString(temp.resolve("raft/log"), "entries", StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> openAndClose(DatastoreConfig.inDirectory(temp)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no identity file");
    }

    @Test
    void refusesConfigurationsThatMakeNoSense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> openAndClose(three(temp, "n9").build()))
                .withMessageContaining("n9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> openAndClose(builder(temp, "n1")
                        .peers(List.of(member("n1", 1), member("n2", 1)))
                        .build()))
                .withMessageContaining("same peer address");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> openAndClose(builder(temp, "with blank").build()))
                .withMessageContaining("blanks");
    }

    private static MemberIdentity openAndClose(DatastoreConfig config) throws IOException {
        try (DataDirectory directory = DataDirectory.open(config)) {
            return directory.identity();
        }
    }

    private static DatastoreConfig.Builder three(Path dir, String name) {
        return builder(dir, name).peers(THREE);
    }

    private static DatastoreConfig.Builder builder(Path dir, String name) {
        return DatastoreConfig.builder(dir).name(name);
    }

    private static Member member(String name, int port) {
        return new Member(0, name, new PeerAddress("127.0.0.1", port), false);
    }
}

package io.quorlite.agent.node;

import io.quorlite.agent.admin.Json;
import io.quorlite.agent.config.DataFolder;
import io.quorlite.agent.config.DurableFile;
import io.quorlite.datastore.DatastoreConfig.Invitation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a newcomer was told of the cluster that lets it in; a file from its join until it is a member.
 *
 * @param clusterId sixteen hexadecimal digits, as is {@code memberId}
 */
public record JoinTicket(String clusterId, String memberId) {
    private static final String FILE = "joining";

    private static Path file(DataFolder folder) {
        return folder.root().resolve(FILE);
    }

    public static Optional<JoinTicket> read(DataFolder folder) throws IOException {
        Path file = file(folder);
        return Files.exists(file) ? Optional.of(Json.read(Files.readString(file), JoinTicket.class)) : Optional.empty();
    }

    public void write(DataFolder folder) throws IOException {
        DurableFile.replace(file(folder), Json.write(this) + "\n"); // half of one would stop every later attempt
    }

    /** The node is a member: from its next start on it needs no invitation. */
    public static void delete(DataFolder folder) throws IOException {
        Files.deleteIfExists(file(folder));
    }

    Invitation invitation() {
        return new Invitation(Long.parseUnsignedLong(clusterId, 16), Long.parseUnsignedLong(memberId, 16));
    }
}

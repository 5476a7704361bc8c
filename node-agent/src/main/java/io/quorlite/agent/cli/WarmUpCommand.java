package io.quorlite.agent.cli;

import io.quorlite.agent.admin.ClusterStatus;
import io.quorlite.agent.admin.Json;
import io.quorlite.agent.node.WarmUp;
import io.quorlite.agent.refusal.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sqlite.util.LibraryLoaderUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The launcher's: see there. */
@Command(
        name = "warm-up",
        hidden = true,
        description = "Runs a node for a moment, for the JVM to remember its classes.")
final class WarmUpCommand extends AgentCommand {
    private static final ClusterStatus EMPTY = Json.read(
            "{\"clusterId\":\"0000000000000000\",\"quorum\":{\"voters\":1},\"members\":[],\"alarms\":[],\"warnings\":[]}",
            ClusterStatus.class);

    @Option(names = "--node", description = "The classes of a node.")
    boolean node;

    @Option(names = "--command", description = "The classes of commands.")
    boolean command;

    @Option(names = "--sqlite-library", paramLabel = "DIRECTORY", description = "Where to put SQLite's native library.")
    @Nullable Path sqliteLibrary;

    @Override
    ExitCode execute() throws Exception {
        if (sqliteLibrary != null) {
            copySqliteLibrary(sqliteLibrary);
        }
        if (command) {
            loadCommands();
        }
        if (node) {
            WarmUp.run();
        }
        return ExitCode.OK;
    }

    /** Out of the driver's archive, from where the driver would copy it at each start, after asking another process for the system's name. */
    private static void copySqliteLibrary(Path directory) throws IOException {
        String name = LibraryLoaderUtil.getNativeLibName();
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
        try (InputStream library = LibraryLoaderUtil.class.getResourceAsStream(resource)) {
            if (library == null) {
                throw new IOException("the SQLite driver has no " + resource);
            }
            Path part = directory.resolve(name + ".part");
            Files.copy(library, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** What commands have in common is loaded by one that asks a node that is not there, and by one that prints a table. */
    private static void loadCommands() {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        for (String line :
                List.of("status --data-dir /nonexistent -o json", "config show --origin", "sysinfo", "help")) {
            CommandLines.execute(Map.of(), parser -> parser.setOut(nowhere).setErr(nowhere), line.split(" "));
        }
        StatusTable.of(EMPTY, false, Instant.now(), Colours.OFF);
        TokenText.parse("127.0.0.1:2382/000000.AAAAAAAAAAAAAAAAAAAAAA/sha256:" + "00".repeat(32));
    }
}

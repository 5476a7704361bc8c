package io.quorlite.agent.cli;

import io.quorlite.agent.refusal.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.sqlite.util.LibraryLoaderUtil;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The launcher's: see there. */
@Command(
        name = "warm-up",
        hidden = true,
        description = "Runs nodes for a moment, for the JVM to remember their classes.")
final class WarmUpCommand extends AgentCommand {
    @Option(
            names = "--rehearse",
            paramLabel = "DIRECTORY",
            description = "Has nodes and commands live for a moment, with their data in this directory.")
    @Nullable Path rehearse;

    @Option(names = "--sqlite-library", paramLabel = "DIRECTORY", description = "Where to put SQLite's native library.")
    @Nullable Path sqliteLibrary;

    @Override
    ExitCode execute() throws Exception {
        if (sqliteLibrary != null) {
            copySqliteLibrary(sqliteLibrary);
        }
        return rehearse == null || new Rehearsal(rehearse, err()).run() ? ExitCode.OK : ExitCode.INTERNAL_ERROR;
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
}

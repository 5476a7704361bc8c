package io.quorlite.faults.mutants;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.ByteBuddy;

/**
 * The jar that {@code -javaagent} wants. It holds a manifest and no class: that names this module's classes and Byte Buddy
 * where they are, so that it serves from a build's folder as from jars.
 */
public final class AgentJar {
    private AgentJar() {}

    /** Writes the jar to {@code file}. */
    public static void write(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Premain-Class", MutantAgent.class.getName());
        main.put(Attributes.Name.CLASS_PATH, place(MutantAgent.class) + " " + place(ByteBuddy.class));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            jar.finish();
        }
    }

    /** The option for the JVM of a node that shall be {@code mutant}; {@code jar} was written by {@link #write}. */
    public static String option(Path jar, Mutant mutant) {
        return "-javaagent:" + jar.toAbsolutePath() + "=" + mutant.name();
    }

    private static String place(Class<?> known) throws IOException {
        try {
            return known.getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI()
                    .toString();
        } catch (URISyntaxException e) {
            throw new IOException("where is " + known + "?", e);
        }
    }
}

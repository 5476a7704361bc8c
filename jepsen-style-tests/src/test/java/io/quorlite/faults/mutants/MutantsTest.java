package io.quorlite.faults.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.faults.run.Cell;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mutants fit the server as it is: whoever renames a method in it finds out here, not in a long run. */
class MutantsTest {
    private static final int MUTANTS_MIN = 20;

    static List<Mutant> mutants() {
        return Mutants.all();
    }

    @Test
    void areManyAndHaveNamesOfTheirOwn() {
        assertThat(Mutants.all()).hasSizeGreaterThanOrEqualTo(MUTANTS_MIN);
        assertThat(Mutants.all().stream().map(Mutant::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void namesACellThatCanBeRun(Mutant mutant) {
        Cell cell = Cell.of(mutant.workload(), mutant.nemesis(), 3, mutant.seconds(), 1);

        assertThat(cell.seconds()).as("a bounded run").isLessThanOrEqualTo(30);
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void changesTheClassesItNamesIntoOnesThatTheJvmAccepts(Mutant mutant) throws Exception {
        Map<String, byte[]> changed = new HashMap<>();
        for (String type : mutant.types()) {
            changed.put(type, rewritten(mutant, type));
        }

        ClassLoader loader = new ServerLoader(changed);

        for (Map.Entry<String, byte[]> entry : changed.entrySet()) {
            Class<?> loaded = loader.loadClass(entry.getKey());
            assertThat(entry.getValue()).as(entry.getKey()).isNotEqualTo(original(entry.getKey()));
            assertThat(loaded.getClassLoader()).isSameAs(loader);
            // for its methods the JVM verifies the class
            assertThat(loaded.getDeclaredMethods()).isNotEmpty();
        }
    }

    private static byte[] original(String type) throws IOException {
        return ClassFileLocator.ForClassLoader.ofSystemLoader().locate(type).resolve();
    }

    /** Loads all of ours anew, some of it changed: what is private to a package finds its neighbours in the same loader. */
    private static final class ServerLoader extends ClassLoader {
        private final Map<String, byte[]> changed;

        ServerLoader(Map<String, byte[]> changed) {
            super(MutantsTest.class.getClassLoader());
            this.changed = changed;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null || !name.startsWith("io.quorlite.")) {
                    return known != null ? known : super.loadClass(name, resolve);
                }
                try {
                    byte[] bytes = changed.containsKey(name) ? changed.get(name) : original(name);
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }
    }

    private static byte[] rewritten(Mutant mutant, String type) {
        TypeDescription described =
                TypePool.Default.ofSystemLoader().describe(type).resolve();
        DynamicType.Builder<?> builder =
                new ByteBuddy().redefine(described, ClassFileLocator.ForClassLoader.ofSystemLoader());
        for (Rewrite rewrite : mutant.rewrites()) {
            if (rewrite.type().equals(type)) {
                builder = rewrite.apply(builder, described);
            }
        }
        return builder.make().getBytes();
    }
}

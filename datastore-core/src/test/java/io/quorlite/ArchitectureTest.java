package io.quorlite;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The rules of the house that the compiler does not know: which way imports go, and what pure code may touch. */
@AnalyzeClasses(
        packages = "io.quorlite",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NotTheEngine.class})
class ArchitectureTest {
    private static final String[] PURE = {
        "io.quorlite.mvcc..",
        "io.quorlite.lease..",
        "io.quorlite.command..",
        "io.quorlite.system..",
        "io.quorlite.roles.."
    };

    private static final String[] DETERMINISTIC = {
        "io.quorlite.mvcc..",
        "io.quorlite.lease..",
        "io.quorlite.command..",
        "io.quorlite.system..",
        "io.quorlite.roles..",
        "io.quorlite.statemachine.."
    };

    private static final DescribedPredicate<JavaClass> MAP_OR_SET =
            equivalentTo(Map.class).or(equivalentTo(Set.class));

    private static final DescribedPredicate<JavaClass> HAS_NULL_MARKED_PACKAGE = DescribedPredicate.describe(
            "a package-info with @NullMarked", c -> c.getPackage().isAnnotatedWith(NullMarked.class));

    /** The repackaged engine is not ours to judge. */
    static final class NotTheEngine implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/io/quorlite/sofajraft/");
        }
    }

    @ArchTest
    static final ArchRule purePackagesDoNoInputOrOutput = noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..",
                    "java.net..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.sql..",
                    "java.util.concurrent..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule pureAndDeterministicPackagesReadNoClockAndDrawNoLots = noClasses()
            .that()
            .resideInAnyPackage(DETERMINISTIC)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.time..", "java.security..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Random|UUID|concurrent\\.ThreadLocalRandom)");

    @ArchTest
    static final ArchRule pureAndDeterministicPackagesIterateAlikeOnEveryReplica = noClasses()
            .that()
            .resideInAnyPackage(DETERMINISTIC)
            .should()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.(Linked|Identity|Weak)?Hash(Map|Set|table)")
            .orShould()
            .callMethodWhere(target(nameMatching("of|ofEntries|copyOf")).and(target(owner(MAP_OR_SET))));

    @ArchTest
    static final ArchRule mvccKnowsNothingOfItsSurroundings = ourPackagesOf("io.quorlite.mvcc..", "io.quorlite.mvcc..");

    @ArchTest
    static final ArchRule leaseKnowsOnlyMvcc =
            ourPackagesOf("io.quorlite.lease..", "io.quorlite.lease..", "io.quorlite.mvcc..");

    @ArchTest
    static final ArchRule commandKnowsOnlyPurePackages = ourPackagesOf("io.quorlite.command..", PURE);

    @ArchTest
    static final ArchRule stateMachineKnowsNoAdapter = ourPackagesOf(
            "io.quorlite.statemachine..",
            "io.quorlite.statemachine..",
            "io.quorlite.mvcc..",
            "io.quorlite.lease..",
            "io.quorlite.command..",
            "io.quorlite.system..");

    @ArchTest
    static final ArchRule sqliteKnowsNoReplication = ourPackagesOf(
            "io.quorlite.sqlite..",
            "io.quorlite.sqlite..",
            "io.quorlite.statemachine..",
            "io.quorlite.mvcc..",
            "io.quorlite.lease..",
            "io.quorlite.system..");

    @ArchTest
    static final ArchRule watchKnowsOnlyMvcc =
            ourPackagesOf("io.quorlite.watch..", "io.quorlite.watch..", "io.quorlite.mvcc..");

    @ArchTest
    static final ArchRule replicationPortKnowsNobody =
            ourPackagesOf("io.quorlite.replication..", "io.quorlite.replication..");

    @ArchTest
    static final ArchRule onlyTheRaftAdapterKnowsTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage("io.quorlite.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.quorlite.sofajraft..");

    @ArchTest
    static final ArchRule onlySqliteKnowsTheDatabase = noClasses()
            .that()
            .resideOutsideOfPackage("io.quorlite.sqlite..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.sqlite..");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("io.quorlite.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes().should(have(HAS_NULL_MARKED_PACKAGE));

    @ArchTest
    static final ArchRule namesSayWhatAClassIs =
            noClasses().should().haveNameMatching(".*(Impl|Manager|Utils?|Helper)(\\$.*)?");

    /** Classes of ours in {@code from} depend on none of ours but those in {@code to}. */
    private static ArchRule ourPackagesOf(String from, String... to) {
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(resideInAPackage("io.quorlite..").and(resideOutsideOfPackages(to)))
                .allowEmptyShould(true);
    }
}

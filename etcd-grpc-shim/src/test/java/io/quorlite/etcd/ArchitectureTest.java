package io.quorlite.etcd;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.quorlite.replication.Member;
import io.quorlite.replication.PeerAddress;
import io.quorlite.replication.ReplicationStatus;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "io.quorlite.etcd", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String GENERATED = "io.quorlite.etcd.proto..";

    /** What the store's face hands out of packages that are otherwise closed to this module. */
    private static final DescribedPredicate<JavaClass> HANDED_OUT = DescribedPredicate.describe(
            "handed out by the store",
            type -> type.isEquivalentTo(Member.class)
                    || type.isEquivalentTo(PeerAddress.class)
                    || type.isEquivalentTo(ReplicationStatus.class)
                    || type.isEquivalentTo(ReplicationStatus.Role.class));

    @ArchTest
    static final ArchRule KNOWS_ONLY_THE_STORES_FACE = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("io.quorlite..")
                    .and(DescribedPredicate.not(resideInAnyPackage(
                            "io.quorlite.etcd..",
                            "io.quorlite.datastore..",
                            "io.quorlite.mvcc..",
                            "io.quorlite.lease..",
                            "io.quorlite.tls..",
                            "io.quorlite.watch..")))
                    .and(DescribedPredicate.not(HANDED_OUT)));

    @ArchTest
    static final ArchRule STORES_NOTHING = noClasses()
            .that()
            .resideInAPackage("io.quorlite.etcd")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.sql..", "org.sqlite..", "io.quorlite.sofajraft.."));

    /** Services are what translates calls; a watch stream is part of its service. */
    @ArchTest
    static final ArchRule GENERATED_TYPES_STAY_IN_THE_MAPPER_AND_THE_SERVICES = noClasses()
            .that()
            .resideInAPackage("io.quorlite.etcd")
            .and()
            .haveSimpleNameNotEndingWith("Service")
            .and()
            .doNotHaveSimpleName("ProtoMapper")
            .and()
            .doNotHaveSimpleName("WatchCall")
            .and(DescribedPredicate.not(
                    DescribedPredicate.describe("inside such a class", ArchitectureTest::isInsideServiceOrMapper)))
            .should()
            .dependOnClassesThat(resideInAPackage(GENERATED));

    @ArchTest
    static final ArchRule SERVICES_ARE_PACKAGE_PRIVATE = classes()
            .that()
            .resideInAPackage("io.quorlite.etcd")
            .and()
            .haveSimpleNameEndingWith("Service")
            .should()
            .bePackagePrivate();

    @ArchTest
    static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS = noClasses()
            .that()
            .resideOutsideOfPackage(GENERATED)
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Helper");

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED = classes()
            .that()
            .resideInAPackage("io.quorlite.etcd")
            .should(new ArchCondition<>("be in a package that is @NullMarked") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                    boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                    events.add(new SimpleConditionEvent(
                            type, marked, type.getPackageName() + " is " + (marked ? "" : "not ") + "@NullMarked"));
                }
            });

    private static boolean isInsideServiceOrMapper(JavaClass type) {
        return type.getEnclosingClass()
                .map(outer -> outer.getSimpleName().endsWith("Service")
                        || outer.getSimpleName().equals("ProtoMapper")
                        || outer.getSimpleName().equals("WatchCall")
                        || isInsideServiceOrMapper(outer))
                .orElse(false);
    }
}

package io.quorlite.agent;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** Which way imports go inside the agent. */
@AnalyzeClasses(packages = "io.quorlite.agent", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String REFUSAL = "io.quorlite.agent.refusal..";
    private static final String CONFIG = "io.quorlite.agent.config..";
    private static final String PKI = "io.quorlite.agent.pki..";
    private static final String TOKEN = "io.quorlite.agent.token..";
    private static final String JOIN = "io.quorlite.agent.join..";
    private static final String ADMIN = "io.quorlite.agent.admin..";
    private static final String NODE = "io.quorlite.agent.node..";
    private static final String REHEARSAL = "io.quorlite.agent.rehearsal..";
    private static final String SERVICE = "io.quorlite.agent.service..";
    private static final String SYSINFO = "io.quorlite.agent.sysinfo..";
    private static final String RECOVER = "io.quorlite.agent.recover..";

    @ArchTest
    static final ArchRule refusalKnowsNobody = onlyKnows(REFUSAL);

    @ArchTest
    static final ArchRule configKnowsOnlyRefusals = onlyKnows(CONFIG, REFUSAL);

    @ArchTest
    static final ArchRule pkiKnowsNoTokensAndNoServers = onlyKnows(PKI, REFUSAL);

    @ArchTest
    static final ArchRule tokensKnowOnlyPins = onlyKnows(TOKEN, PKI, REFUSAL);

    @ArchTest
    static final ArchRule joinKnowsTokensAndCertificates = onlyKnows(JOIN, TOKEN, PKI, REFUSAL);

    @ArchTest
    static final ArchRule adminKnowsWhatItServes = onlyKnows(ADMIN, JOIN, TOKEN, PKI, CONFIG, REFUSAL);

    @ArchTest
    static final ArchRule nodeKnowsNoTerminal = onlyKnows(NODE, ADMIN, JOIN, TOKEN, PKI, CONFIG, REFUSAL);

    @ArchTest
    static final ArchRule servicesKnowOnlySettings = onlyKnows(SERVICE, CONFIG, REFUSAL);

    @ArchTest
    static final ArchRule sysinfoKnowsOnlySettings = onlyKnows(SYSINFO, CONFIG, REFUSAL);

    @ArchTest
    static final ArchRule recoveryDecidesAlone = onlyKnows(RECOVER, REFUSAL);

    @ArchTest
    static final ArchRule rehearsalKnowsNobody = onlyKnows(REHEARSAL);

    @ArchTest
    static final ArchRule onlyTheAdminServerAndTheRehearsalKnowNetty = noClasses()
            .that()
            .resideOutsideOfPackages(ADMIN, REHEARSAL)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.grpc..");

    @ArchTest
    static final ArchRule commandsDoNotLog = noClasses()
            .that()
            .resideInAPackage("io.quorlite.agent.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.slf4j..");

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("io.quorlite.agent.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule everyPackageIsNullMarked = classes()
            .should(have(DescribedPredicate.describe(
                    "a package-info with @NullMarked", c -> c.getPackage().isAnnotatedWith(NullMarked.class))));

    @ArchTest
    static final ArchRule namesSayWhatAClassIs =
            noClasses().should().haveNameMatching(".*(Impl|Manager|Utils?|Helper)(\\$.*)?");

    /** Classes in {@code from} depend on none of the agent's but their own and those in {@code to}. */
    private static ArchRule onlyKnows(String from, String... to) {
        DescribedPredicate<JavaClass> others = resideInAPackage("io.quorlite.agent..")
                .and(resideOutsideOfPackages(to))
                .and(DescribedPredicate.not(resideInAPackage(from)));
        return noClasses().that().resideInAPackage(from).should().dependOnClassesThat(others);
    }
}

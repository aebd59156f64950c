package dev.seckill;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house, as the root package draws it. Touches memory. */
@AnalyzeClasses(packages = "dev.seckill", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {
    /** A purchase walks down this way; trade is the value types that every room speaks in. */
    private static final List<String> WAY_DOWN = List.of(
            "node",
            "cluster",
            "purchase",
            "office",
            "payment",
            "sale",
            "signin",
            "limit",
            "identity",
            "http",
            "stock",
            "order",
            "database",
            "ledger",
            "trade");

    @ArchTest
    static final ArchRule httpIsKnownOnlyAtTheFrontDoor = noClasses()
            .that(not(resideInAPackage("dev.seckill.http..")))
            .and()
            .haveSimpleNameNotEndingWith("Resource")
            .and()
            .haveSimpleNameNotEndingWith("Mapper")
            .and()
            .haveSimpleNameNotEndingWith("Filter")
            .and()
            .haveSimpleNameNotEndingWith("Feature")
            .and()
            .haveSimpleNameNotEndingWith("SecurityContext")
            .and()
            .haveSimpleNameNotEndingWith("Application")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..");

    @ArchTest
    static final ArchRule redisIsKnownOnlyInTheLedger = noClasses()
            .that(not(resideInAPackage("dev.seckill.ledger..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.redisson..");

    @ArchTest
    static final ArchRule cryptographyIsKnownOnlyWhereTokensAreCheckedAndMade = noClasses()
            .that(not(resideInAnyPackage("dev.seckill.identity..", "dev.seckill.signin..")))
            .and(not(resideInAnyPackage("dev.seckill.trial..", "dev.seckill.load..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..");

    @ArchTest
    static final ArchRule everyMethodOfTheApiSaysWhoMayCallIt = methods()
            .that()
            .areMetaAnnotatedWith(HttpMethod.class)
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("dev.seckill.constant..")
            .should(sayWhoMayCallThem());

    @ArchTest
    static final ArchRule hazelcastIsKnownOnlyInTheCluster = noClasses()
            .that(not(resideInAPackage("dev.seckill.cluster..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.hazelcast..");

    @ArchTest
    static final ArchRule sqlIsKnownOnlyWhereSomethingIsKeptInTables = noClasses()
            .that(not(resideInAnyPackage("dev.seckill.database..", "dev.seckill.order..", "dev.seckill.payment..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..", "javax.sql..", "jakarta.persistence..", "org.postgresql..", "org.flywaydb..");

    @ArchTest
    static void roomsKnowOnlyRoomsFurtherDown(JavaClasses classes) {
        for (int room = 1; room < WAY_DOWN.size(); room++) {
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(WAY_DOWN.get(room)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(WAY_DOWN.subList(0, room).stream()
                            .map(HouseRulesTest::packageOf)
                            .toArray(String[]::new))
                    .check(classes);
        }
    }

    @ArchTest
    static final ArchRule roomsDoNotKnowEachOtherInACircle =
            slices().matching("dev.seckill.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theApplicationKnowsNoTool = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.seckill.tools..",
                    "dev.seckill.trial..",
                    "dev.seckill.load..",
                    "dev.seckill.lab..",
                    "dev.seckill.constant..",
                    "redis.embedded..",
                    "picocli..");

    @ArchTest
    static final ArchRule nobodyWritesToTheTerminal = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule loggersAreOnePerClass = fields().that()
            .haveRawType(java.util.logging.Logger.class)
            .or()
            .haveRawType(System.Logger.class)
            .should()
            .bePrivate()
            .andShould()
            .beStatic()
            .andShould()
            .beFinal();

    @Test
    void everyRoomSaysWhatHappensInIt() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<Path> rooms = files.filter(file -> file.toString().endsWith(".java"))
                    .map(Path::getParent)
                    .distinct()
                    .toList();

            assertThat(rooms).allSatisfy(room -> assertThat(room.resolve("package-info.java"))
                    .exists());
        }
    }

    private static ArchCondition<JavaMethod> sayWhoMayCallThem() {
        List<Class<? extends Annotation>> words = List.of(RolesAllowed.class, PermitAll.class, DenyAll.class);
        return new ArchCondition<>("say who may call them, themselves or by their class") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean isSaid = words.stream()
                        .anyMatch(word -> method.isAnnotatedWith(word)
                                || method.getOwner().isAnnotatedWith(word));
                events.add(new SimpleConditionEvent(method, isSaid, method.getFullName() + " says it: " + isSaid));
            }
        };
    }

    private static String packageOf(String room) {
        return "dev.seckill." + room + "..";
    }
}

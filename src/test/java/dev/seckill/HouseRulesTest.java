package dev.seckill;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the house, as the root package draws it. Touches memory. */
@AnalyzeClasses(packages = "dev.seckill", importOptions = DoNotIncludeTests.class)
class HouseRulesTest {
    /** A purchase walks down this way; trade is the value types that every room speaks in. */
    private static final List<String> WAY_DOWN =
            List.of("node", "purchase", "sale", "http", "stock", "ledger", "trade");

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
    static final ArchRule hazelcastIsKnownOnlyInTheCluster = noClasses()
            .that(not(resideInAPackage("dev.seckill.cluster..")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.hazelcast..");

    @ArchTest
    static final ArchRule sqlIsKnownOnlyInOrder = noClasses()
            .that(not(resideInAPackage("dev.seckill.order..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "jakarta.persistence..");

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

    private static String packageOf(String room) {
        return "dev.seckill." + room + "..";
    }
}

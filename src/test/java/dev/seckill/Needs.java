package dev.seckill;

import dev.seckill.trial.NginxProcess;
import dev.seckill.trial.PrometheusProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What a test needs besides a JDK and Maven. Where it is missing the test is skipped, and says so; under {@code scripts/test},
 * which installs the packages ({@code -Dseckill.test.packages=true}), it fails.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Needs.Condition.class)
public @interface Needs {
    Extra value();

    /** Something that a machine may lack. */
    enum Extra {
        HAPROXY("the Debian package haproxy") {
            @Override
            Optional<Path> find() {
                return firstOf(Stream.of("/usr/sbin/haproxy", "/usr/local/sbin/haproxy")
                        .map(Path::of)
                        .filter(Files::isExecutable));
            }
        },
        LIBFAKETIME("the Debian package libfaketime") {
            @Override
            Optional<Path> find() {
                Path libraries = Path.of("/usr/lib");
                if (!Files.isDirectory(libraries)) {
                    return Optional.empty();
                }
                try (Stream<Path> folders = Files.list(libraries)) {
                    return firstOf(folders.map(folder -> folder.resolve("faketime/libfaketime.so.1"))
                            .filter(Files::exists));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        },
        NGINX("the Debian packages nginx and curl") {
            @Override
            Optional<Path> find() {
                return NginxProcess.program().filter(nginx -> Stream.of("/usr/bin/curl", "/usr/local/bin/curl")
                        .map(Path::of)
                        .anyMatch(Files::isExecutable));
            }
        },
        PROMETHEUS("the Debian package prometheus") {
            @Override
            Optional<Path> find() {
                return PrometheusProcess.program();
            }
        },
        SS("the Debian package iproute2") {
            @Override
            Optional<Path> find() {
                return firstOf(Stream.of("/usr/bin/ss", "/bin/ss").map(Path::of).filter(Files::isExecutable));
            }
        },
        SMALL_DISK("root on Linux, to mount a small disk") {
            @Override
            Optional<Path> find() {
                Path mount = Path.of("/bin/mount");
                return Files.isExecutable(mount) && "root".equals(System.getProperty("user.name"))
                        ? Optional.of(mount)
                        : Optional.empty();
            }
        };

        private final String words;

        Extra(String words) {
            this.words = words;
        }

        /** Where it is, if it is here. */
        abstract Optional<Path> find();

        private static Optional<Path> firstOf(Stream<Path> paths) {
            return paths.findFirst();
        }
    }

    final class Condition implements ExecutionCondition {
        private static final boolean DEMANDED = Boolean.getBoolean("seckill.test.packages");

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            Optional<Needs> needs = AnnotationSupport.findAnnotation(context.getElement(), Needs.class);
            if (needs.isEmpty()) {
                return ConditionEvaluationResult.enabled("its class has what it needs");
            }
            Extra extra = needs.get().value();
            if (extra.find().isPresent() || DEMANDED) {
                return ConditionEvaluationResult.enabled(extra.words);
            }
            String reason = "SKIPPED " + context.getDisplayName() + ": it needs " + extra.words + ".";
            System.out.println(reason);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}

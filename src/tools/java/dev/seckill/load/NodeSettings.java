package dev.seckill.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the nodes and the ledger of a stand were started, for the report. */
final class NodeSettings {
    /** In the jar of Payara Micro. */
    private static final String VERSION = "MICRO-INF/domain/branding/glassfish-version.properties";

    private NodeSettings() {}

    static Map<String, String> of(Path home, LoadOptions options, RedisInfo.State redis) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("JDK of the nodes", jdk(options.javaHome));
        lines.put("server", "Payara Micro " + payara(home.resolve("target/payara-micro.jar")));
        lines.put("options of the nodes", jvmOptions(home, options.nodeOptions));
        lines.put(
                "ledger",
                "Redis " + redis.version() + ", payara-config/redis.conf (appendfsync always) with "
                        + Stand.REDIS_MEMORY
                        + ", files on "
                        + fileSystem(options.dataFolder));
        return lines;
    }

    private static String jdk(Path javaHome) {
        Properties release = new Properties();
        try (InputStream file = Files.newInputStream(javaHome.resolve("release"))) {
            release.load(file);
        } catch (IOException e) {
            return javaHome + " (unknown version)";
        }
        return Stream.of("IMPLEMENTOR", "JAVA_RUNTIME_VERSION", "JAVA_VERSION")
                .filter(release::containsKey)
                .map(name -> release.getProperty(name).replace("\"", ""))
                .limit(2)
                .collect(Collectors.joining(" "));
    }

    private static String payara(Path jar) {
        Properties version = new Properties();
        try (JarFile file = new JarFile(jar.toFile());
                InputStream content = file.getInputStream(file.getJarEntry(VERSION))) {
            version.load(content);
            return Stream.of("major_version", "minor_version", "update_version")
                    .map(version::getProperty)
                    .collect(Collectors.joining("."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String jvmOptions(Path home, List<String> more) {
        try (Stream<String> lines = Files.lines(home.resolve("payara-config/node.options"))) {
            return Stream.concat(
                            lines.filter(line -> line.startsWith("-X") || line.contains("maxHttpThreads")),
                            more.stream())
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fileSystem(Path folder) {
        try {
            return Files.getFileStore(folder).type();
        } catch (IOException e) {
            return "an unknown file system";
        }
    }
}

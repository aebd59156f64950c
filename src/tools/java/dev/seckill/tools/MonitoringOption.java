package dev.seckill.tools;

import picocli.CommandLine.Option;

/** Whether a trial is watched. */
final class MonitoringOption {
    @Option(
            names = "--monitoring",
            arity = "0..1",
            fallbackValue = "9090",
            paramLabel = "PORT",
            description = "With a Prometheus on this port (${FALLBACK-VALUE}), from the Debian package of that name.")
    private Integer port;

    boolean isWanted() {
        return port != null;
    }

    int port() {
        return port;
    }
}

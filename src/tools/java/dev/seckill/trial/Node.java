package dev.seckill.trial;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A Payara Micro with a WAR, started by the script that starts it in production. Its port opens seconds before the WAR
 * serves, with moments of 404 and 500 in between: it counts as started once it has been ready several times in a row
 * and every boot command has had its effect.
 */
public final class Node implements AutoCloseable {
    static final String NAME = "node";
    private static final int READY_IN_A_ROW = 3;
    private static final Duration POLL = Duration.ofMillis(250);
    /** About 10 s on two idle cores. */
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    private final NodePlan plan;
    private final Child child;
    private final Endpoint endpoint;
    private final long startedNanos;
    private Duration bootTime = Duration.ZERO;

    private Node(NodePlan plan, Child child, long startedNanos) {
        this.plan = plan;
        this.child = child;
        this.endpoint = Endpoint.at(plan.host(), plan.port());
        this.startedNanos = startedNanos;
    }

    /** Starts it and returns when it serves. */
    public static Node start(NodePlan plan) {
        Node node = launch(plan);
        try {
            node.awaitReady();
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /** Starts it and waits for nothing. */
    static Node launch(NodePlan plan) {
        List<String> command = new ArrayList<>(List.of(
                plan.home().resolve("payara-config/start-node").toString(),
                // what Payara unpacks stays in the data folder, whose path is how a leftover is known
                "-Djava.io.tmpdir=" + plan.data().emptyFolder("tmp"),
                "-Dpayaramicro.port=" + plan.port(),
                "-Dseckill.http.address=" + plan.host()));
        command.addAll(plan.options());
        long startedNanos = System.nanoTime();
        return new Node(plan, Child.start(NAME, plan.data().path(), command, plan.environment()), startedNanos);
    }

    /** Ends the one that a killed process left behind; true if there was one. */
    public static boolean endLeftover(DataFolder data) {
        return endLeftover(data.path());
    }

    /** The same of a folder that nobody has to hold. */
    static boolean endLeftover(Path folder) {
        return Child.endLeftover(NAME, folder, STOP_PATIENCE);
    }

    /** The one that runs in the folder, whoever started it. */
    static Optional<ProcessHandle> find(Path folder) {
        return Child.find(NAME, folder);
    }

    /** Returns when it serves, and runs as configured. */
    void awaitReady() {
        bootTime = timeToReady();
        checkStart(plan.home());
    }

    /** Gives the time from the start to the first answer of a row without a gap. */
    private Duration timeToReady() {
        long giveUp = startedNanos + START_PATIENCE.toNanos();
        int ready = 0;
        long firstNanos = startedNanos;
        while (ready < READY_IN_A_ROW) {
            if (!child.isAlive()) {
                throw child.failure();
            }
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure(
                        "The node was not ready within " + START_PATIENCE.toSeconds() + " s: see " + child.log() + ".");
            }
            Pause.of(POLL);
            ready = endpoint.isReady(plan.readyPath()) ? ready + 1 : 0;
            firstNanos = ready <= 1 ? System.nanoTime() : firstNanos;
        }
        return Duration.ofNanos(firstNanos - startedNanos);
    }

    private void checkStart(Path home) {
        try {
            Process check = new ProcessBuilder(
                            home.resolve("payara-config/check-start").toString())
                    .redirectInput(child.log().toFile())
                    .redirectErrorStream(true)
                    .start();
            try (InputStream output = check.getInputStream()) {
                String findings = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
                if (check.waitFor() != 0) {
                    throw new StartFailure("The node does not run as configured. " + findings);
                }
            }
        } catch (IOException e) {
            throw new StartFailure("Can't check how the node was started (" + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public URI address() {
        return endpoint.address();
    }

    public Path log() {
        return child.log();
    }

    public long pid() {
        return child.pid();
    }

    /** From the start of its process until it served, a quarter of a second exactly. */
    public Duration bootTime() {
        return bootTime;
    }

    public CompletableFuture<Child> onExit() {
        return child.onExit();
    }

    /** Lets it finish what it has accepted and end. */
    @Override
    public void close() {
        child.stop(STOP_PATIENCE);
    }
}

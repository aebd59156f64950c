package dev.seckill.trial;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A Payara Micro with a WAR, started by the script that starts it in production. Its port opens seconds before the WAR
 * serves, with moments of 404 and 500 in between: it counts as started once it has been ready several times in a row
 * and every boot command has had its effect.
 */
public final class Node implements AutoCloseable {
    private static final String NAME = "node";
    private static final int READY_IN_A_ROW = 3;
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration HTTP_PATIENCE = Duration.ofSeconds(5);
    /** About 10 s on two idle cores. */
    private static final Duration START_PATIENCE = Duration.ofMinutes(3);

    /** What is on its way is answered in milliseconds. */
    private static final Duration IN_FLIGHT = Duration.ofMillis(500);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(30);

    private final Child child;
    private final URI address;
    private Duration bootTime = Duration.ZERO;

    /** With HTTP/2, which it would try, two threads of the server can wait for each other for ever (Grizzly 4.0). */
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(HTTP_PATIENCE)
            .build();

    private Node(Child child, URI address) {
        this.child = child;
        this.address = address;
    }

    /** Starts it and returns when it serves. */
    public static Node start(NodePlan plan) {
        List<String> command = new ArrayList<>(List.of(
                plan.home().resolve("payara-config/start-node").toString(),
                // what Payara unpacks stays in the data folder, whose path is how a leftover is known
                "-Djava.io.tmpdir=" + plan.data().emptyFolder("tmp"),
                // nothing in front that has to notice
                "-Dfish.payara.shutdowngrace=" + IN_FLIGHT.toMillis(),
                "-Dpayaramicro.port=" + plan.port(),
                "-Dseckill.http.address=" + plan.host()));
        command.addAll(plan.options());
        long startedNanos = System.nanoTime();
        Node node = new Node(
                Child.start(NAME, plan.data().path(), command, plan.environment()), address(plan.host(), plan.port()));
        try {
            node.bootTime = node.awaitReady(plan.readyPath(), startedNanos);
            node.checkStart(plan.home());
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }

    /** Where one that listens there can be asked. */
    public static URI address(String host, int port) {
        return URI.create("http://" + (host.equals("0.0.0.0") ? "127.0.0.1" : host) + ":" + port);
    }

    /** Ends the one that a killed process left behind; true if there was one. */
    public static boolean endLeftover(DataFolder data) {
        return Child.endLeftover(NAME, data.path(), STOP_PATIENCE);
    }

    /** Gives the time from the start to the first answer of a row without a gap. */
    private Duration awaitReady(String path, long startedNanos) {
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
            ready = isReady(path) ? ready + 1 : 0;
            firstNanos = ready <= 1 ? System.nanoTime() : firstNanos;
        }
        return Duration.ofNanos(firstNanos - startedNanos);
    }

    private boolean isReady(String path) {
        try {
            return send(HttpRequest.newBuilder(address.resolve(path))).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
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

    /** Sends the request to a path of this node. */
    public HttpResponse<String> send(String path, List<String> headers, HttpRequest.BodyPublisher body, String method)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address.resolve(path)).method(method, body);
        List<String> pairs = new ArrayList<>(headers);
        if (!pairs.isEmpty()) {
            request.headers(pairs.toArray(String[]::new));
        }
        return send(request);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.timeout(HTTP_PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    public URI address() {
        return address;
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

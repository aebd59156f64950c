package dev.seckill.lab;

import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Answers that take long, each on a connection of its own from the client's machine, until they are whole or break. */
final class Transfers implements AutoCloseable {
    /** Nothing takes longer than this, s. */
    private static final int PATIENCE = 60;

    private final List<Process> clients = new ArrayList<>();
    private final List<Integer> wanted = new ArrayList<>();

    /** Begins some more of the same. */
    void begin(Lab lab, int count, String path, int bytes) {
        List<String> command = lab.inside(
                Machine.CLIENT,
                List.of(
                        "curl",
                        "--silent",
                        "--fail",
                        "--max-time",
                        Integer.toString(PATIENCE),
                        "--output",
                        "/dev/null",
                        "--write-out",
                        "%{size_download}",
                        Lab.ADDRESS + path));
        try {
            for (int i = 0; i < count; i++) {
                clients.add(new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start());
                wanted.add(bytes);
            }
        } catch (IOException e) {
            throw new StartFailure("curl can't be started (" + e.getMessage() + ").", e);
        }
    }

    int underWay() {
        return (int) clients.stream().filter(Process::isAlive).count();
    }

    /** How many have got all of it, when all have ended. */
    int awaitWhole() {
        int whole = 0;
        try {
            for (int i = 0; i < clients.size(); i++) {
                Process client = clients.get(i);
                if (!client.waitFor(PATIENCE + 1, TimeUnit.SECONDS)) {
                    throw new StartFailure("curl does not end.");
                }
                String got = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                whole += client.exitValue() == 0 && got.equals(Integer.toString(wanted.get(i))) ? 1 : 0;
            }
            return whole;
        } catch (IOException e) {
            throw new StartFailure("curl can't be heard (" + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    @Override
    public void close() {
        clients.forEach(Process::destroyForcibly);
    }
}

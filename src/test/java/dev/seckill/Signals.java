package dev.seckill;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends a process what Java cannot: STOP, CONT. */
public final class Signals {
    private Signals() {}

    public static void send(String name, ProcessHandle process) {
        try {
            Process kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0 && process.isAlive()) {
                throw new IllegalStateException("could not send " + name + " to " + process.pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

package dev.seckill.lab;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.DataFolder;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The lab that is up: who opens it may look, run commands on its machines, take the power from a part and give it back. */
final class Lab implements AutoCloseable {
    /** Where buyers come to: the virtual IP. */
    static final URI ADDRESS = URI.create("http://10.99.0.100");

    private static final Duration POLL = Duration.ofMillis(200);

    private final Path home;

    private Lab(Path home) {
        this.home = home;
    }

    /** The one that is up in that folder, to change it. */
    static Lab openExisting(Path home, DataFolder data) {
        return new Lab(home);
    }

    /** Runs a command there and gives what it wrote; it has to end well, and soon. */
    String exec(Machine machine, String... command) {
        throw new UnsupportedOperationException("soon");
    }

    /** The command line that runs it there, as long as it likes to. */
    List<String> inside(Machine machine, List<String> command) {
        List<String> line = new ArrayList<>(
                machine.isGuest()
                        ? List.of(home.resolve("lvs/lab/exec").toString(), machine.label())
                        : machine.namespace().prefix());
        line.addAll(command);
        return line;
    }

    /** Ends all of it at once, as a power loss does. */
    void kill(String part) {
        throw new UnsupportedOperationException("soon");
    }

    /** Starts it and returns when its processes run; the network needs a moment more. */
    void start(String part) {
        throw new UnsupportedOperationException("soon");
    }

    boolean runs(String part) {
        throw new UnsupportedOperationException("soon");
    }

    /** Whether the router uses all six links, each director both nginx, and each nginx all four nodes. */
    boolean isWhole() {
        throw new UnsupportedOperationException("soon");
    }

    void awaitWhole(Duration patience) {
        long giveUp = System.nanoTime() + patience.toNanos();
        while (!isWhole()) {
            if (System.nanoTime() - giveUp > 0) {
                throw new StartFailure("The lab is not whole after " + patience.toSeconds() + " s.");
            }
            Pause.of(POLL);
        }
    }

    /** The nodes, Redis and PostgreSQL. */
    Cluster cluster() {
        throw new UnsupportedOperationException("soon");
    }

    /** Lets others open the folder; what runs there runs on. */
    @Override
    public void close() {}
}

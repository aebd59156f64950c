package dev.seckill.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of ab after the other: {@code GET /buy/ticket}, so many times over so many connections, each request by a new
 * anonymous buyer. Every answer has to be as long as the first and 200, which in this contract means that all have won
 * if the first has.
 */
final class Ab implements Case {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final String name;
    private final Target target;
    private final Path folder;
    private final int requests;
    private final int connections;
    private final boolean keepAlive;
    private long answers;

    /** With {@code keepAlive} it keeps its connections ({@code ab -k}); without, each request has a new one. */
    Ab(String name, Target target, Path folder, int requests, int connections, boolean keepAlive) {
        this.name = name;
        this.target = target;
        this.folder = folder;
        this.requests = requests;
        this.connections = connections;
        this.keepAlive = keepAlive;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Target target() {
        return target;
    }

    /** Its end is a number of requests, whatever time they take. */
    @Override
    public Slice load(Duration time) {
        URI ticket = target.address().resolve("/buy/ticket");
        Path percentiles = folder.resolve("ab.csv");
        List<String> command = new ArrayList<>(List.of(
                Generator.AB.command,
                "-q",
                "-n",
                Integer.toString(requests),
                "-c",
                Integer.toString(connections),
                "-e",
                percentiles.toString()));
        if (keepAlive) {
            command.add("-k");
        }
        command.add(ticket.toString());
        String said = Foreground.run(command, folder.resolve("ab.txt"), PATIENCE);
        try {
            Slice slice = AbOutput.parse(said, Files.readString(percentiles));
            answers += slice.answers();
            if (slice.answers() != requests
                    || slice.refused() > 0
                    || !slice.failures().isEmpty()) {
                throw new Spoiled(
                        "%s: %d of %d requests were answered by %s, %d with another status than 2xx; failed: %s."
                                .formatted(name, slice.answers(), requests, ticket, slice.refused(), slice.failures()));
            }
            return slice;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long answers() {
        return answers;
    }

    @Override
    public long underWay() {
        return 0;
    }
}

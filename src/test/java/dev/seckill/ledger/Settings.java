package dev.seckill.ledger;

import dev.seckill.ledger.LedgerConfig.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A ledger's configuration for a test, in which the test names only what it is about. */
final class Settings {
    private Topology topology = Topology.SINGLE;
    private final List<String> addresses;
    private boolean durable = true;
    private int replicas;
    private int connections = 8;
    private Duration timeout = Duration.ofSeconds(2);
    private Duration budget = Duration.ofSeconds(5);
    private int batchSize = 128;
    private int mostWaiting = 4096;
    private int mostCancelledAhead = 100_000;

    Settings(String... addresses) {
        this.addresses = List.of(addresses);
    }

    Settings topology(Topology changed) {
        topology = changed;
        return this;
    }

    Settings notDurable() {
        durable = false;
        return this;
    }

    Settings replicas(int changed) {
        replicas = changed;
        return this;
    }

    Settings connections(int changed) {
        connections = changed;
        return this;
    }

    Settings patience(int timeoutMs, int budgetMs) {
        timeout = Duration.ofMillis(timeoutMs);
        budget = Duration.ofMillis(budgetMs);
        return this;
    }

    Settings batches(int size, int waiting) {
        batchSize = size;
        mostWaiting = waiting;
        return this;
    }

    Settings mostCancelledAhead(int changed) {
        mostCancelledAhead = changed;
        return this;
    }

    LedgerConfig config() {
        return new LedgerConfig(
                topology,
                addresses,
                "mymaster",
                Optional.empty(),
                Optional.empty(),
                durable,
                replicas,
                connections,
                timeout,
                budget,
                batchSize,
                mostWaiting,
                2,
                mostCancelledAhead);
    }
}

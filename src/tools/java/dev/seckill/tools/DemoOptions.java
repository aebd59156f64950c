package dev.seckill.tools;

import dev.seckill.trial.DemoSale;
import java.time.Duration;
import picocli.CommandLine.Option;

/** What the demo sale is like, if it is new. */
final class DemoOptions {
    @Option(
            names = "--tickets",
            defaultValue = "10000",
            paramLabel = "N",
            description = "Tickets in a new demo sale (${DEFAULT-VALUE}).")
    private int tickets;

    @Option(
            names = "--hold",
            defaultValue = "PT5M",
            paramLabel = "DURATION",
            description = "How long a reservation lives unpaid, ISO 8601 (${DEFAULT-VALUE}).")
    private Duration hold;

    DemoSale sale() {
        return new DemoSale(tickets, hold);
    }
}

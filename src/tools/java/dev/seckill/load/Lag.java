package dev.seckill.load;

import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far the orders of a sale are behind it, as the node's metrics tell.
 *
 * @param movements in the ledger that are not in the database
 * @param seconds for which the oldest of them has waited
 */
record Lag(double movements, double seconds) {
    /** From one look at it to the next. */
    static final Duration EVERY = Duration.ofMillis(200);

    /** A backlog shrinks by thousands a second; past this something is wrong. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /** Now; before the node has met the sale, all is behind and nobody knows how much. */
    static Lag of(Target node, OnSale sale) {
        try {
            String metrics = HTTP.send(
                            HttpRequest.newBuilder(node.address().resolve("/metrics?scope=application"))
                                    .timeout(PATIENCE)
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            OptionalDouble movements = gauge(metrics, "seckill_order_lag_movements", sale);
            return movements.isEmpty()
                    ? new Lag(Double.NaN, Double.NaN)
                    : new Lag(
                            movements.getAsDouble(),
                            gauge(metrics, "seckill_order_lag_seconds", sale).orElse(Double.NaN));
        } catch (IOException e) {
            throw new StartFailure("The metrics of " + node.address() + " can't be read (" + e + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    private static OptionalDouble gauge(String metrics, String name, OnSale sale) {
        Matcher line = Pattern.compile("(?m)^" + name + "\\{[^}]*sale=\"" + sale.id() + "\"[^}]*} ([0-9.E+-]+)")
                .matcher(metrics);
        return line.find() ? OptionalDouble.of(Double.parseDouble(line.group(1))) : OptionalDouble.empty();
    }

    /** Waits until all orders of the sale are written, as far as the node has heard: it hears of it once a second. */
    static void awaitNone(Target node, OnSale sale) {
        long giveUp = System.nanoTime() + LONGEST.toNanos();
        do {
            Pause.of(EVERY);
            if (System.nanoTime() - giveUp > 0) {
                throw new Spoiled("The orders of sale " + sale.id() + " were not written within " + LONGEST.toMinutes()
                        + " minutes.");
            }
        } while (of(node, sale).movements != 0);
    }
}

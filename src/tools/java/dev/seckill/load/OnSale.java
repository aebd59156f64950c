package dev.seckill.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.seckill.trial.Pause;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/** A sale of a target, put on to be loaded. */
public final class OnSale {
    /** The most that a sale may have. */
    public static final long ENOUGH = 10_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A sale is shown as it stood within the last second; what was on its way has been answered by then, too. */
    private static final Duration SETTLED = Duration.ofMillis(1_500);

    private static final int CONFLICT = 409;

    private final Target target;
    private final String id;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    private OnSale(Target target, String id) {
        this.target = target;
        this.id = id;
    }

    /** One that is there. */
    static OnSale of(Target target, String id) {
        return new OnSale(target, id);
    }

    /** Puts one on whose reservations outlive every measurement, and of which a buyer may have as many as anywhere. */
    public static OnSale open(Stand stand, String id, long capacity) {
        return open(stand, stand.seckill(), id, capacity);
    }

    /** The same on another node of the stand. */
    static OnSale open(Stand stand, Target target, String id, long capacity) {
        OnSale sale = open(target, stand.operatorToken(), id, capacity);
        stand.opened(sale);
        return sale;
    }

    /** The same on what is no stand, where it stays. */
    public static OnSale open(Target target, String operatorToken, String id, long capacity) {
        OnSale sale = new OnSale(target, id);
        String json = """
                {"id": "%s", "name": "Load", "capacity": %d, "price": {"amount_minor": 5000, "currency": "EUR"},
                 "hold": "P1D", "limit_per_buyer": 100}""".formatted(id, capacity);
        HttpResponse<String> answer =
                sale.send(HttpRequest.newBuilder(target.address().resolve("/api/sales"))
                        .header("Authorization", "Bearer " + operatorToken)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
        if (answer.statusCode() != 201) {
            throw new StartFailure(
                    "The target refused to put the sale " + id + " on (" + answer.statusCode() + "): " + answer.body());
        }
        return sale;
    }

    /** Ends it, and tells whether the target answered; also when this was told to stop. */
    boolean tryClose(String operatorToken) {
        boolean isStopped = Thread.interrupted();
        try {
            change(operatorToken, "{\"state\": \"CLOSED\"}");
            return true;
        } catch (StartFailure e) {
            return false;
        } finally {
            if (isStopped) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives it that capacity. */
    void restock(String operatorToken, long capacity) {
        HttpResponse<String> answer = change(operatorToken, "{\"capacity\": " + capacity + "}");
        if (answer.statusCode() != 200) {
            throw new Spoiled("The target refused the sale " + id + " more tickets (" + answer.statusCode() + "): "
                    + answer.body());
        }
    }

    private HttpResponse<String> change(String operatorToken, String json) {
        return send(HttpRequest.newBuilder(target.address().resolve("/api/sales/" + id))
                .header("Authorization", "Bearer " + operatorToken)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(json)));
    }

    /** A name that no earlier sale there has. */
    public static String newName(String verb) {
        return verb + "-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    }

    public String id() {
        return id;
    }

    /** Where it is bought, on this target. */
    public URI reservations(Target where) {
        return where.address().resolve("/api/sales/" + id + "/reservations");
    }

    /** How many tickets are reserved, once everything on its way has been answered; none if there is no such sale. */
    public OptionalLong reserved() {
        Pause.of(SETTLED);
        HttpResponse<String> answer =
                send(HttpRequest.newBuilder(target.address().resolve("/api/sales/" + id)));
        if (answer.statusCode() == 404) {
            return OptionalLong.empty();
        }
        try {
            JsonNode sale = new ObjectMapper().readTree(answer.body());
            return OptionalLong.of(sale.required("reserved").asLong());
        } catch (IOException | IllegalArgumentException e) {
            throw new Spoiled("The target does not show the sale " + id + " (" + answer.statusCode() + ").", e);
        }
    }

    /**
     * Throws {@link Spoiled} unless exactly these cases' answers have won since; gives how many reservations there are.
     */
    long requireGrown(long before, List<? extends Case> cases) {
        long least = before + cases.stream().mapToLong(Case::answers).sum();
        long most = least + cases.stream().mapToLong(Case::underWay).sum();
        long reserved = reserved().orElse(-1);
        if (reserved < least || reserved > most) {
            throw new Spoiled("The sale %s has %d reservations, and %d to %d were expected after %d answers that won."
                    .formatted(id, reserved, least, most, least - before));
        }
        return reserved;
    }

    /**
     * Throws {@link Spoiled} unless it has as many reservations as buyers heard of theirs, and beyond these at most one for each
     * who could not know.
     */
    void requireHeard(LoadRun run) {
        OptionalLong reserved = reserved();
        Tally heard = run.heard();
        // the node's own second sending to the ledger makes the first answer "already"
        long least = heard.count(Verdict.RESERVED) + heard.count(Verdict.ALREADY_RESERVED);
        long most = least + heard.count(Verdict.UNKNOWN) + heard.count(Verdict.NO_ANSWER) - run.unsent();
        if (reserved.isEmpty() || reserved.getAsLong() < least || reserved.getAsLong() > most) {
            throw new Spoiled("The sale %s has %s reservations, and %d to %d buyers can have one."
                    .formatted(id, reserved, least, most));
        }
    }

    /** To the first of these buyers, one each, until all is sold. */
    void sellOut(int tickets, TokenFile tokens) {
        for (int sold = 0; buy(tokens.token(sold)) != CONFLICT; sold++) {
            if (sold > tickets) {
                throw new Spoiled("The sale " + id + " of " + tickets + " tickets does not sell out.");
            }
        }
    }

    /** Buys one ticket; gives the status of the answer. */
    private int buy(String token) {
        return send(HttpRequest.newBuilder(reservations(target))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + token)
                        .header("Idempotency-Key", "first")
                        .POST(BodyPublishers.ofString("{\"quantity\":1}")))
                .statusCode();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new StartFailure("Nothing answers at " + target.address() + " (" + e + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }
}

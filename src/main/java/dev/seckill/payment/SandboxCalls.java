package dev.seckill.payment;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import dev.seckill.database.Database;
import dev.seckill.trade.PaymentId;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Calls back as a provider does: signed, in some order, and again until somebody has heard it. */
final class SandboxCalls {
    private static final Logger LOG = Logger.getLogger(SandboxCalls.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int MOST_TRIES = 20;

    private final Database database;
    private final Optional<URI> address;
    private final Webhook secret;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    SandboxCalls(Database database, PaymentConfig config) {
        this.database = database;
        address = config.sandboxCalls();
        secret = config.secrets().get(0);
    }

    /**
     * A call that is due.
     *
     * @param atS when it is made, in seconds, by the database's clock, as all that the sandbox does
     */
    private record Owed(long call, String event, String body, long atS) {}

    void owe(Connection connection, PaymentId payment, String reference, Amount taken, SandboxCard.Call call)
            throws SQLException {
        JsonObjectBuilder data =
                Json.createObjectBuilder().add("payment", payment.code()).add("reference", reference);
        if (call.succeeded()) {
            data.add("amount_minor", taken.minor()).add("currency", taken.currency());
        }
        String body = Json.createObjectBuilder()
                .add("type", call.succeeded() ? "payment.succeeded" : "payment.declined")
                .add("timestamp", call.at().toString())
                .add("data", data)
                .build()
                .toString();
        PaymentRows.update(
                connection,
                "INSERT INTO sandbox_calls (event, body, next_try_at) VALUES (?, ?, ?)",
                "evt_" + payment.code() + "_" + call.event(),
                body,
                PaymentRows.time(call.at()));
    }

    /** Makes a call that is due; false if there is none, or nobody hears it. */
    boolean makeNext() {
        return next().filter(this::make).isPresent();
    }

    private Optional<Owed> next() {
        return address.isEmpty() ? Optional.empty() : database.transact(SandboxCalls::take);
    }

    private static Optional<Owed> take(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                        UPDATE sandbox_calls SET tries = tries + 1,
                            next_try_at = clock_timestamp() + least(interval '1 min', interval '1 s' * 2 ^ least(tries, 10))
                        WHERE call = (SELECT call FROM sandbox_calls WHERE NOT heard AND next_try_at <= clock_timestamp() AND tries < ?
                            ORDER BY next_try_at, call LIMIT 1 FOR UPDATE SKIP LOCKED)
                        RETURNING call, event, body, extract(epoch FROM clock_timestamp())::bigint""")) {
            statement.setInt(1, MOST_TRIES);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Owed(row.getLong(1), row.getString(2), row.getString(3), row.getLong(4)))
                        : Optional.empty();
            }
        }
    }

    private boolean make(Owed owed) {
        boolean isHeard = post(owed);
        if (isHeard) {
            database.transact(connection ->
                    PaymentRows.update(connection, "UPDATE sandbox_calls SET heard = true WHERE call = ?", owed.call));
        }
        return isHeard;
    }

    private boolean post(Owed owed) {
        try {
            HttpRequest request = HttpRequest.newBuilder(address.orElseThrow())
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .header(Webhook.UNBRANDED_MSG_ID_KEY, owed.event)
                    .header(Webhook.UNBRANDED_MSG_TIMESTAMP_KEY, Long.toString(owed.atS))
                    .header(Webhook.UNBRANDED_MSG_SIGNATURE_KEY, secret.sign(owed.event, owed.atS, owed.body))
                    .POST(BodyPublishers.ofString(owed.body))
                    .build();
            int status = http.send(request, BodyHandlers.discarding()).statusCode();
            if (status / 100 != 2) {
                LOG.log(Level.FINE, "the sandbox''s call {0} was answered {1}", new Object[] {owed.event, status});
            }
            return status / 100 == 2;
        } catch (IOException | WebhookSigningException e) {
            LOG.log(Level.FINE, "the sandbox's call " + owed.event, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}

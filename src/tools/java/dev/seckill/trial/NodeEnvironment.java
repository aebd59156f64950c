package dev.seckill.trial;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The settings of a trial's node that differ from machine to machine, as environment variables: no secret is an argument. */
public final class NodeEnvironment {
    private final Map<String, String> variables = new HashMap<>();

    private NodeEnvironment() {}

    /** That sells from a Redis. */
    public static NodeEnvironment of(String redisAddress) {
        return new NodeEnvironment().with("SECKILL_LEDGER_ADDRESS", redisAddress);
    }

    /** And lets anybody sign in: tokens are signed with that key. */
    public NodeEnvironment withTrialIssuer(Path keyFile) {
        return with("SECKILL_TRIAL_ISSUER_KEY_FILE", keyFile.toString());
    }

    public NodeEnvironment with(String name, String value) {
        variables.put(name, value);
        return this;
    }

    /** And sells this sale at /buy/ticket. */
    public NodeEnvironment withTickets(String sale, Path statLog) {
        return with("SECKILL_PURCHASE_TICKET_SALE", sale).with("SECKILL_PURCHASE_STAT_LOG", statLog.toString());
    }

    /** And writes orders. */
    public NodeEnvironment withDatabase(String url, String password) {
        return with("SECKILL_DATABASE_URL", url)
                .with("SECKILL_DATABASE_USER", PostgresProcess.USER)
                .with("SECKILL_DATABASE_PASSWORD", password);
    }

    /** And takes cards that cost nothing; for one with a database, which buyers reach at that address. */
    public NodeEnvironment withSandbox(DataFolder data, URI address) {
        return with("SECKILL_PAYMENT_PROVIDER", "sandbox")
                // in the alphabet of Standard Webhooks
                .with(
                        "SECKILL_PAYMENT_WEBHOOK_SECRET",
                        "whsec_"
                                + data.secret("webhook-secret")
                                        .replace('-', '+')
                                        .replace('_', '/'))
                .with(
                        "SECKILL_PAYMENT_SANDBOX_CALLS",
                        address.resolve("/api/payments/webhook").toString());
    }

    public Map<String, String> variables() {
        return Map.copyOf(variables);
    }
}

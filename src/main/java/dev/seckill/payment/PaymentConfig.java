package dev.seckill.payment;

import com.standardwebhooks.Webhook;
import dev.seckill.ledger.Password;
import dev.seckill.trade.BadInput;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

/**
 * Who takes the money. See microprofile-config.properties for each value's reason.
 *
 * @param provider none: nobody can pay
 * @param secrets that calls back are signed with: the present one, and while they change the one before
 * @param returnTo where the provider leads the buyer when it has paid
 * @param sandboxCalls where the sandbox calls back
 */
public record PaymentConfig(
        Optional<Provider> provider, List<Webhook> secrets, String returnTo, Optional<URI> sandboxCalls) {
    private static final String SECRET = "seckill.payment.webhook-secret";
    private static final String PREFIX = "whsec_";
    private static final int FEWEST_BYTES = 24;
    private static final int MOST_BYTES = 64;

    /** Those that there are. */
    public enum Provider {
        SANDBOX
    }

    public PaymentConfig {
        secrets = List.copyOf(secrets);
        if (provider.isPresent() && secrets.isEmpty()) {
            throw new BadInput("seckill.payment.provider needs " + SECRET + "-file.");
        }
    }

    public static PaymentConfig from(Config config) {
        Optional<Provider> provider = config.getOptionalValue("seckill.payment.provider", String.class)
                .map(PaymentConfig::provider);
        if (provider.isPresent()
                && config.getOptionalValue("seckill.database.url", String.class).isEmpty()) {
            throw new BadInput("seckill.payment.provider needs seckill.database.url: payments are kept there.");
        }
        return new PaymentConfig(
                provider,
                Stream.of(SECRET, SECRET + "-previous")
                        .flatMap(setting -> Password.of(config, setting).map(text -> secret(setting, text)).stream())
                        .toList(),
                config.getValue("seckill.payment.return-to", String.class),
                config.getOptionalValue("seckill.payment.sandbox.calls", URI.class));
    }

    private static Provider provider(String name) {
        if (name.equals("sandbox")) {
            return Provider.SANDBOX;
        }
        throw new BadInput("seckill.payment.provider is sandbox, or unset.");
    }

    static Webhook secret(String setting, String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
            if (bytes.length >= FEWEST_BYTES && bytes.length <= MOST_BYTES) {
                return new Webhook(bytes);
            }
        } catch (IllegalArgumentException e) {
            // said below, without a word of what it is
        }
        throw new BadInput(
                setting + " is " + PREFIX + " and " + FEWEST_BYTES + " to " + MOST_BYTES + " bytes in Base64.");
    }
}

package dev.seckill.limit;

import dev.seckill.trade.BadInput;
import java.util.List;
import org.eclipse.microprofile.config.Config;

/**
 * Who may ask how often. See microprofile-config.properties for each value's reason.
 *
 * @param purchases of one buyer, cancellations among them
 * @param polls of one buyer: looks at a reservation
 * @param mostKnown addresses, and as many buyers, that are remembered
 * @param trustedProxies whose word is taken for where a request comes from
 * @param exempt addresses that may ask as often as they like
 */
public record LimitConfig(
        Rate address, Rate purchases, Rate polls, int mostKnown, List<Network> trustedProxies, List<Network> exempt) {
    private static final int FEWEST_KNOWN = 1_000;
    private static final int MOST_KNOWN = 10_000_000;

    public LimitConfig {
        if (mostKnown < FEWEST_KNOWN || mostKnown > MOST_KNOWN) {
            throw new BadInput(
                    "seckill.limit.most-known is " + FEWEST_KNOWN + " to " + MOST_KNOWN + ", not " + mostKnown);
        }
    }

    public static LimitConfig from(Config config) {
        return new LimitConfig(
                Rate.from(config, "address"),
                Rate.from(config, "purchases"),
                Rate.from(config, "polls"),
                config.getValue("seckill.limit.most-known", Integer.class),
                networks(config, "seckill.limit.trusted-proxies"),
                networks(config, "seckill.limit.exempt"));
    }

    private static List<Network> networks(Config config, String name) {
        return config.getOptionalValues(name, String.class).orElse(List.of()).stream()
                .map(text -> Network.parse(name, text.strip()))
                .toList();
    }
}

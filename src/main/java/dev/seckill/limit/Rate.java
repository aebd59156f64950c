package dev.seckill.limit;

import dev.seckill.trade.BadInput;
import java.util.Locale;
import org.eclipse.microprofile.config.Config;

/**
 * How often somebody may ask: so many times at once, and then again so many times a second.
 *
 * @param name as clients hear it in RateLimit-Policy, and as in the setting seckill.limit.NAME.at-once
 * @param atOnce 0: as often as they like
 */
record Rate(String name, int atOnce, int perSecond) {
    private static final int MOST = 1_000_000;
    private static final String OFF = "off";

    Rate {
        if (atOnce < 0 || atOnce > MOST) {
            throw new BadInput("seckill.limit." + name + ".at-once is off or 0 to " + MOST + ", not " + atOnce);
        }
        if (perSecond < 1 || perSecond > MOST) {
            throw new BadInput("seckill.limit." + name + ".per-second is 1 to " + MOST + ", not " + perSecond);
        }
    }

    static Rate from(Config config, String name) {
        String atOnce = config.getValue("seckill.limit." + name + ".at-once", String.class);
        return new Rate(
                name,
                atOnce.toLowerCase(Locale.ROOT).equals(OFF) ? 0 : number(name, atOnce),
                config.getValue("seckill.limit." + name + ".per-second", Integer.class));
    }

    private static int number(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new BadInput("seckill.limit." + name + ".at-once is off or 0 to " + MOST + ", not " + text);
        }
    }

    boolean isOff() {
        return atOnce == 0;
    }

    /** After this long of asking nothing somebody may ask as often at once as somebody new. */
    int secondsToFull() {
        return Math.max(1, (atOnce + perSecond - 1) / perSecond);
    }
}

package dev.seckill.limit;

import dev.seckill.http.Problem;
import dev.seckill.http.Reply;
import dev.seckill.trade.BuyerId;
import io.github.bucket4j.TimeMeter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Startup;
import jakarta.inject.Inject;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.logging.Logger;

/**
 * Says who has asked too often. Each method counts one request, and gives the answer to it if it is one too many.
 * They are public, because the container's proxy calls the rest by reflection.
 */
@ApplicationScoped
public class Limits {
    private static final Logger LOG = Logger.getLogger(Limits.class.getName());
    private static final Problem FROM_ADDRESS = new Problem(
            429, "too-many", "Too many requests", "Too many come from your address; nothing was done with this one.");
    private static final Problem OF_BUYER = new Problem(
            429, "too-many", "Too many requests", "You ask more often than a buyer may; nothing was done this time.");

    private final AtomicBoolean warned = new AtomicBoolean();
    private Origin origin;
    private List<Network> exempt;
    private Limit<Long> addresses;
    private Limit<BuyerId> purchases;
    private Limit<BuyerId> polls;

    @Inject
    Limits(LimitConfig config, LimitMetrics metrics) {
        origin = new Origin(config.trustedProxies());
        exempt = config.exempt();
        TimeMeter clock = TimeMeter.SYSTEM_NANOTIME;
        addresses =
                new Limit<>(config.address(), config.mostKnown(), clock, FROM_ADDRESS, metrics.refusedBy("address"));
        purchases = new Limit<>(config.purchases(), config.mostKnown(), clock, OF_BUYER, metrics.refusedBy("buyer"));
        polls = new Limit<>(config.polls(), config.mostKnown(), clock, OF_BUYER, metrics.refusedBy("buyer"));
    }

    /** For the container's proxy. */
    Limits() {}

    /** Made at the start, not by the first who asks. */
    void begin(@Observes Startup start) {}

    /** Any request, by where it comes from. */
    public Optional<Reply> request(String peer, Supplier<Enumeration<String>> forwardedFor) {
        Address address = origin.of(peer, forwardedFor);
        if (Origin.isIn(exempt, address)) {
            return Optional.empty();
        }
        Optional<Reply> refusal = addresses.take(address.site());
        if (refusal.isPresent() && !warned.get()) {
            warn(peer, forwardedFor.get());
        }
        return refusal;
    }

    /** Nobody else would tell why a node behind a proxy that it does not know refuses nearly everybody. */
    private void warn(String peer, Enumeration<String> forwardedFor) {
        boolean passesOn = forwardedFor.hasMoreElements() && !origin.trusts(peer);
        if (passesOn && !warned.getAndSet(true)) {
            LOG.warning(
                    () -> "Too many requests come from " + peer + ", which says that it passes them on: if it is your"
                            + " proxy, name it in seckill.limit.trusted-proxies, or all behind it are limited as one.");
        }
    }

    /** A purchase or a cancellation, which the ledger has to write down. */
    public Optional<Reply> purchase(BuyerId buyer) {
        return purchases.take(buyer);
    }

    /** A look at a reservation, for which the ledger is asked, or at orders, for which the database is. */
    public Optional<Reply> poll(BuyerId buyer) {
        return polls.take(buyer);
    }
}

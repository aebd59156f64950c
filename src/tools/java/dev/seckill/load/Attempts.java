package dev.seckill.load;

import dev.seckill.trade.SaleId;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/** Sends attempts to a stand, tells how far that is, and meters what the processes use meanwhile. */
final class Attempts {
    private final String verb;
    private final Session session;
    private final Meter meter;
    private final TokenFile tokens;

    /** Each attempt by the next of those whose tokens these are. */
    Attempts(String verb, Session session, Meter meter, TokenFile tokens) {
        this.verb = verb;
        this.session = session;
        this.meter = meter;
        this.tokens = tokens;
    }

    TokenFile tokens() {
        return tokens;
    }

    /** One after the other on each connection; nobody may hear anything else than what is possible. */
    Attempted closed(String name, Target target, Set<Verdict> possible, OnSale sale, int connections, Duration time) {
        return run(
                name,
                target,
                possible,
                new LoadPlan(target.address(), request(target, sale, tokens), Arrivals.closed(time), connections));
    }

    static AttemptRequest request(Target target, OnSale sale, TokenFile tokens) {
        return AttemptRequest.reserving(target.address(), new SaleId(sale.id()), tokens);
    }

    Attempted run(String name, Target target, Set<Verdict> possible, LoadPlan plan) {
        Use use = new Use();
        Reading before = meter.read(target);
        long end = plan.arrivals().endNanos();
        try {
            LoadRun run = LoadClient.run(plan, pulse -> tell(name, pulse, end));
            use.add(before, meter.read(target));
            run.requireOnly(possible, verb + ", " + name);
            return new Attempted(name, run, use);
        } catch (IOException e) {
            throw new Spoiled(
                    "The connections to " + target.address() + " can't be opened (" + e.getMessage() + ").", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("Interrupted.", e);
        }
    }

    private void tell(String name, Pulse pulse, long endNanos) {
        String heard = pulse.heard().entrySet().stream()
                .map(each -> "%,d %s".formatted(each.getValue(), each.getKey()))
                .collect(Collectors.joining(", "));
        session.progress()
                .step(
                        "%s: %s, %s".formatted(verb, name, heard.isEmpty() ? "begins" : heard),
                        Duration.ofNanos(Math.max(0, endNanos - pulse.nanos())));
    }
}

package dev.seckill.lab;

import dev.seckill.lab.Scene.Phase;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.order.NoOrders;
import dev.seckill.trial.StartFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells a story to its end: waits until the lab is whole, lets buyers come, and whatever happens mends what it cut. */
final class Telling {
    private static final Duration WHOLE = Duration.ofMinutes(2);
    private static final Duration STEADY = Duration.ofSeconds(1);

    private final Lab lab;
    private final TestedSale sale;
    private final Buyers buyers;

    Telling(Lab lab, TestedSale sale, Buyers buyers) {
        this.lab = lab;
        this.sale = sale;
        this.buyers = buyers;
    }

    /**
     * How it went.
     *
     * @param findings what was not as expected; none if all was
     * @param outage of what was cut; nothing where nothing was
     */
    record Told(String line, List<String> findings, Optional<Outage> outage) {}

    /** Lets buyers come for a while, so that the first story finds nodes that have sold before. */
    void warmUp(Duration time) {
        lab.awaitWhole(WHOLE);
        buyers.come();
        try {
            buyers.awaitGood(time, WHOLE);
        } catch (Unexpected e) {
            throw new StartFailure(
                    "There is nothing to tell while nothing is cut and nobody can buy: " + e.getMessage() + ".", e);
        }
        buyers.halt();
    }

    Told tell(Story story) {
        lab.awaitWhole(WHOLE);
        List<String> findings = new ArrayList<>();
        buyers.come();
        Scene scene = new Scene(lab, buyers);
        try {
            buyers.awaitGood(STEADY, WHOLE);
            scene.begin();
            story.tell(scene);
        } catch (Unexpected | StartFailure e) {
            findings.add(e.getMessage());
        } finally {
            mend(scene, findings);
        }
        long endMs = System.currentTimeMillis();
        return judge(scene, buyers.halt(), endMs, findings);
    }

    /** What is wrong with what all have heard since the first came: a later story may have lost what an earlier one sold. */
    List<String> compareAll() {
        try {
            return sale.compare(buyers.all(), buyers.names()).findings();
        } catch (LedgerAway e) {
            return List.of("it can't be audited: " + e.getMessage());
        }
    }

    /** Also when this was interrupted: what mends needs to wait. */
    private void mend(Scene scene, List<String> findings) {
        if (scene.isMended()) {
            return;
        }
        boolean wasInterrupted = Thread.interrupted();
        try {
            scene.mendAll();
            lab.awaitWhole(WHOLE);
        } catch (StartFailure e) {
            findings.add("and it could not be mended: " + e.getMessage());
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Told judge(Scene scene, List<Purchase> purchases, long endMs, List<String> findings) {
        List<String> words = new ArrayList<>(scene.notes());
        Optional<Outage> cut = Optional.empty();
        List<Phase> phases = scene.phases();
        for (int i = 0; i < phases.size(); i++) {
            Phase phase = phases.get(i);
            Outage outage = phase.outage(
                    purchases, i + 1 < phases.size() ? phases.get(i + 1).fromMs() : endMs);
            if (i > 0 || outage.failed() > 0 || phases.size() == 1) {
                words.add(phase.name() + ": " + outage);
            }
            if (!phase.bound().isKeptBy(outage)) {
                findings.add("expected of \"" + phase.name() + "\" that " + phase.bound() + "; it was " + outage);
            }
            if (i == 1) {
                // where nobody could buy until it was mended, the outage ends then
                cut = Optional.of(outage.isOver() ? outage : phase.outage(purchases, endMs));
            }
        }
        try {
            PurchaseAudit audit = sale.compare(purchases, buyers.names());
            findings.addAll(audit.findings());
            findings.addAll(sale.audit());
            words.add("%d bought, %d lost, %d doubled".formatted(audit.heard(), audit.lost(), audit.doubled()));
        } catch (LedgerAway | NoOrders e) {
            findings.add("it can't be audited: " + e.getMessage());
        }
        return new Told(words.stream().collect(Collectors.joining("; ")), findings, cut);
    }
}

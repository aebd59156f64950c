package dev.seckill.load;

import dev.seckill.ledger.Auditor;
import dev.seckill.order.OrderAudit;
import dev.seckill.order.OrderAuditor;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.Pause;
import dev.seckill.trial.PostgresProcess;
import java.time.Duration;
import java.util.Optional;

/** Whether the orders of a sale are those of its reservations, all of them. */
final class OrdersAudit {
    /** A backlog shrinks by thousands a second; past this something is wrong. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private static final Duration EVERY = Duration.ofMillis(500);

    private OrdersAudit() {}

    /** Waits until all are written, and throws {@link Spoiled} if one of them is not right; the sale has to stand still. */
    static void require(Session session, Database database, SaleId sale, Auditor ledger) {
        OrderAuditor auditor = OrderAuditor.of(
                database.url(),
                Optional.of(PostgresProcess.USER),
                Optional.of(database.password()),
                line -> session.progress().step(line, Duration.ZERO));
        long giveUp = System.nanoTime() + LONGEST.toNanos();
        OrderAudit audit = auditor.audit(sale, ledger);
        while (audit.behind() > 0 && System.nanoTime() - giveUp < 0) {
            Pause.of(EVERY);
            audit = auditor.audit(sale, ledger);
        }
        if (!audit.isOk() || audit.behind() > 0) {
            throw new Spoiled("The orders are not those of the reservations: " + audit.behind() + " movements behind, "
                    + audit.findings());
        }
        session.progress().say("Audit OK: %s, written to %s.".formatted(audit.orders(), audit.written()));
    }
}

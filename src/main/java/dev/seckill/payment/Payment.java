package dev.seckill.payment;

import dev.seckill.trade.BuyerId;
import dev.seckill.trade.PaymentId;
import dev.seckill.trade.RefundId;
import dev.seckill.trade.ReservationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A payment as it stands in the database.
 *
 * @param number lists go by it
 * @param payAt where the buyer pays; empty before the provider has answered
 * @param until when the buyer has to have paid
 * @param taken what the provider says that it took; empty before it succeeded
 * @param bought what the ledger says that it has bought; empty if nothing, or not decided
 * @param refundReason why the ledger says that its money is due back; empty if it is not, or not decided
 * @param stuck whether an operator has to say what becomes of it
 * @param trouble what went wrong last, or ''
 */
public record Payment(
        PaymentId id,
        long number,
        ReservationId reservation,
        BuyerId buyer,
        int quantity,
        Amount amount,
        Status status,
        Optional<String> payAt,
        Instant startedAt,
        Instant until,
        Optional<Amount> taken,
        Optional<ReservationId> bought,
        Optional<String> refundReason,
        boolean stuck,
        String trouble,
        List<Refund> refunds) {
    public Payment {
        refunds = List.copyOf(refunds);
    }

    /** Where it stands with the provider. A success is never taken back by it. */
    public enum Status {
        STARTED,
        DECLINED,
        SUCCEEDED
    }

    /** Money of it that goes back. */
    public record Refund(RefundId id, int tickets, long amountMinor, String reason, State state, String trouble) {}

    /** Where a refund stands. */
    public enum State {
        DUE,
        DONE,
        /** The provider refuses it, or was asked too often in vain. */
        STUCK
    }

    /** Whether it, or a refund of it, waits for an operator. */
    public boolean isStuck() {
        return stuck || refunds.stream().anyMatch(refund -> refund.state() == State.STUCK);
    }

    /** What went wrong last with it and with its refunds, or ''. */
    public String troubles() {
        return Stream.concat(Stream.of(trouble), refunds.stream().map(Refund::trouble))
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining("; "));
    }

    boolean isDecided() {
        return bought.isPresent() || refundReason.isPresent();
    }

    /** Whether the ledger has to be asked what it buys. */
    boolean isToBeDecided() {
        return status == Status.SUCCEEDED && !isDecided() && !stuck;
    }
}

package dev.seckill.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.load.Chapter.Curve;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.ReservationStatus;
import dev.seckill.trade.SaleId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The plot of a sale that is over. Touches memory. */
class SellingOutTest {
    private static Reservation reservation(int buyer, int quantity, long reservedAtMs) {
        BuyerId id = new BuyerId("buyer-" + buyer);
        return new Reservation(
                ReservationId.derive(new SaleId("sale"), id, new IdempotencyKey("key")),
                id,
                quantity,
                ReservationStatus.RESERVED,
                reservedAtMs,
                reservedAtMs);
    }

    @Test
    void showsWhatWasLeftAfterEachReservation() {
        Curve left = SellingOut.left(List.of(reservation(1, 2, 10_500), reservation(2, 1, 10_250)), 10_000, 5);

        assertThat(left.points()).containsExactly(Map.entry(0.0, 5.0), Map.entry(0.25, 4.0), Map.entry(0.5, 2.0));
    }

    @Test
    void showsNoMoreThanAPlotCanButAlwaysTheLast() {
        List<Reservation> ledger = IntStream.rangeClosed(1, 10_001)
                .mapToObj(buyer -> reservation(buyer, 1, buyer))
                .toList();

        assertThat(SellingOut.left(ledger, 0, 10_001).points())
                .hasSizeBetween(200, 210)
                .containsEntry(10.001, 0.0);
    }
}

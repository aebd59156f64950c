package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;

/** The sale behind /buy/ticket: one and the same for all tests on nodes. */
final class TicketSale {
    static final String ID = "demo";
    static final int LIMIT = 2;

    private TicketSale() {}

    /** Leaves exactly so many tickets in it, whatever tests before have left. */
    static void leave(Api api, int tickets) {
        Api.Reply created = api.create(ID, tickets, LIMIT);
        assertThat(created.status()).isIn(201, 409);
        Api.Sums before =
                await().atMost(Duration.ofSeconds(5)).until(() -> api.sums(ID), sums -> sums.returning() == 0);
        if (before.remaining() < tickets) {
            long capacity = before.capacity() + tickets - before.remaining();
            assertThat(api.change(ID, "\"capacity\": " + capacity).status()).isEqualTo(200);
        }
        for (long spare = before.remaining() - tickets; spare > 0; spare--) {
            String buyer = UUID.randomUUID().toString();
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> api.buy(ID, buyer, "spare", 1).status() == 201);
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> api.sums(ID).remaining() == tickets);
    }
}

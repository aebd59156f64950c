package dev.seckill.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trial.Endpoint;
import dev.seckill.trial.MetricsPage;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What scripts/watch shows of what nodes say. Touches memory. */
class SaleScreenTest {
    private final WatchedNode one = new WatchedNode(new Endpoint(URI.create("http://127.0.0.1:3001")));
    private final WatchedNode other = new WatchedNode(new Endpoint(URI.create("http://127.0.0.1:3002")));

    private static void see(WatchedNode node, int second, String page) {
        node.see(MetricsPage.parse(page), TimeUnit.SECONDS.toNanos(second));
    }

    private static String page(int movements, int left, int reserved) {
        return """
                # TYPE seckill_movements gauge
                seckill_movements{mp_scope="application",sale="demo"} %d
                seckill_sale_open{mp_scope="application",sale="demo"} 1
                seckill_capacity{mp_scope="application",sale="demo"} 10000
                seckill_central_stock{mp_scope="application",sale="demo"} %d
                seckill_returning_stock{mp_scope="application",sale="demo"} 3
                seckill_reserved{mp_scope="application",sale="demo"} 40
                seckill_sold{mp_scope="application",sale="demo"} 2
                seckill_local_stock{mp_scope="application",sale="demo"} 1234
                seckill_in_flight{mp_scope="application"} 5
                seckill_waiting{mp_scope="application"} 4
                seckill_purchases_total{mp_scope="application",outcome="RESERVED",sale="demo"} %d
                seckill_purchases_total{mp_scope="application",outcome="SOLD_OUT",sale="demo"} 7.0
                seckill_purchases_total{mp_scope="application",outcome="RESERVED",sale="another"} 99.0
                seckill_purchases_within_total{mp_scope="application",within="0.01"} 0
                seckill_purchases_within_total{mp_scope="application",within="0.5"} %3$d
                seckill_purchases_within_total{mp_scope="application",within="+Inf"} %3$d
                """.formatted(movements, left, reserved);
    }

    private List<String> lines() {
        return new SaleScreen(List.of(one, other), "demo").lines();
    }

    @Test
    void believesTheNodeThatHasHeardOfTheMostMovements() {
        see(one, 0, page(10, 9_000, 0));
        see(other, 0, page(11, 8_999, 0));

        assertThat(lines())
                .first()
                .isEqualTo("demo sells: 8,999 of 10,000 tickets left, 3 returning, 40 reserved, 2 sold");
    }

    @Test
    void showsWhatBuyersHearASecond() {
        see(one, 0, page(10, 9_000, 100));
        see(other, 0, page(10, 9_000, 100));
        see(one, 2, page(11, 8_000, 300));
        see(other, 2, page(11, 8_000, 1_100));

        assertThat(lines()).contains("answers/s  600 reserved");
        assertThat(lines()).anyMatch(line -> line.matches("127.0.0.1:3002 +1,234 +500 +500 +5 +4 +500 ms"));
    }

    @Test
    void showsNoRateThatItCannotKnow() {
        see(one, 0, page(10, 9_000, 300));
        see(one, 2, page(1, 9_000, 0));

        assertThat(lines()).anyMatch(line -> line.matches("127.0.0.1:3001 +1,234 +- +- +5 +4 +-"));
        assertThat(lines()).contains("127.0.0.1:3002        is silent");
    }

    @Test
    void saysHowFarTheOrdersAreBehind() {
        see(one, 0, page(10, 9_000, 0));
        assertThat(lines()).contains("orders     nobody writes them here");

        see(one, 1, page(10, 9_000, 0) + """
                seckill_order_lag_seconds{mp_scope="application",sale="demo"} 1.25
                seckill_order_lag_movements{mp_scope="application",sale="demo"} 12
                seckill_order_kept_aside{mp_scope="application",sale="demo"} 1
                """);
        assertThat(lines()).contains("orders     1.3 s and 12 movements behind, 1 kept aside, - off the ledger");
    }

    @Test
    void namesTheSalesThereAreIfThereIsNoSuchOne() {
        assertThat(lines()).first().isEqualTo("No node answers.");

        see(one, 0, page(10, 9_000, 0));
        assertThat(new SaleScreen(List.of(one, other), "none").lines())
                .first()
                .isEqualTo("No node knows a sale none; they know demo (--sale).");
    }
}

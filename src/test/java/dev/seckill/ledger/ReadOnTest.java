package dev.seckill.ledger;

import static dev.seckill.ledger.Bench.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.ledger.Page.End;
import dev.seckill.trade.Place;
import dev.seckill.trade.SaleId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A reader of movements gets them without a gap, or hears why not. Touches one Redis. */
class ReadOnTest {
    private static Bench bench;
    private static Ledger node;

    @BeforeAll
    static void start() {
        bench = new Bench();
        node = bench.node(bench.settings());
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static SaleOnRedis threeSold() {
        SaleOnRedis sale = bench.sale(10, 2);
        sale.sold("ann", 1);
        sale.sold("bob", 1);
        sale.sold("cid", 1);
        return sale;
    }

    private static Page read(SaleOnRedis sale, long epoch, long seq) {
        return await(node.readOn(sale.id, new Place(epoch, seq)));
    }

    @Test
    void readsWhatFollowsAPlace() {
        SaleOnRedis sale = threeSold();

        assertThat(read(sale, 0, 0).movements()).extracting(Movement::seq).containsExactly(1L, 2L, 3L, 4L);
        assertThat(read(sale, 1, 2).movements()).extracting(Movement::seq).containsExactly(3L, 4L);
        assertThat(read(sale, 1, 4)).isEqualTo(Page.of(End.READ));
        assertThat(await(node.movement(sale.id, new Place(1, 3))).orElseThrow().parts())
                .extracting(Movement.Part::buyer)
                .containsExactly("bob");
        assertThat(await(node.movement(sale.id, new Place(1, 5)))).isEmpty();
    }

    @Test
    void saysWhenThatIsAllThereIs() {
        // so large that eight movements make a page
        Ledger slow = bench.node(bench.settings().batches(1_000, 10));
        SaleOnRedis sale = bench.sale(10, 10);
        for (int i = 0; i < 7; i++) {
            sale.sold("ann", 1);
        }

        assertThat(await(slow.readOn(sale.id, Place.BEGIN)).end()).isEqualTo(End.MORE);
        assertThat(await(slow.readOn(sale.id, new Place(1, 1))).end()).isEqualTo(End.READ);
        assertThat(read(sale, 0, 0).end()).isEqualTo(End.READ);
    }

    @Test
    void stopsBeforeAGap() {
        SaleOnRedis sale = threeSold();
        bench.raw.ask("XDEL", sale.keys.movements, "1-3");

        assertThat(read(sale, 0, 0).movements()).extracting(Movement::seq).containsExactly(1L, 2L);
        assertThat(read(sale, 1, 2)).isEqualTo(Page.of(End.GAP));
    }

    @Test
    void missesWhatTheStockSaysHasMoved() {
        SaleOnRedis sale = threeSold();
        bench.raw.ask("XDEL", sale.keys.movements, "1-4");

        assertThat(read(sale, 1, 3)).isEqualTo(Page.of(End.GAP));
    }

    @Test
    void tellsThatTheLedgerIsBehindAlsoAfterItWentOn() {
        SaleOnRedis sale = threeSold();

        assertThat(read(sale, 1, 5)).isEqualTo(Page.of(End.BEHIND));
        sale.set("run_id", "another");
        assertThat(sale.adopt(0, 0)).isEqualTo("ADOPTED");
        assertThat(read(sale, 1, 5)).isEqualTo(Page.of(End.BEHIND));
        assertThat(read(sale, 1, 4).movements()).extracting(Movement::kind).containsExactly("ADOPTED");
    }

    @Test
    void tellsThatASaleWasArchivedAfterOrBeforeItWasRead() {
        SaleOnRedis sale = bench.sale(10, 2);
        assertThat(sale.changeState("CLOSED")).isEqualTo("CHANGED");
        assertThat(sale.archive()).isEqualTo("ARCHIVED");

        assertThat(read(sale, 1, 2)).isEqualTo(Page.of(End.ARCHIVED));
        assertThat(read(sale, 1, 1)).isEqualTo(Page.of(End.GONE));
        assertThat(await(node.readOn(new SaleId("never-was"), Place.BEGIN))).isEqualTo(Page.of(End.GONE));
    }
}

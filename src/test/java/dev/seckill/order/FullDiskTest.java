package dev.seckill.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.seckill.Needs;
import dev.seckill.Needs.Extra;
import dev.seckill.PostgresServer;
import dev.seckill.SmallDisk;
import dev.seckill.database.DatabaseAway;
import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A database without room loses nothing and stops no sale. Touches a Redis and a PostgreSQL of its own, and a small disk. */
class FullDiskTest {
    /** An empty database has 55 MB. */
    private static final int MEGABYTES = 120;

    @Test
    @Needs(Extra.SMALL_DISK)
    void writesEverythingWhenThereIsRoomAgain() {
        try (SmallDisk disk = SmallDisk.mount(MEGABYTES);
                OrderBench bench = new OrderBench(PostgresServer.startIn(disk.folder()))) {
            SaleId sale = bench.putOn(50_000);
            bench.node.buy(sale, "before");
            bench.write(sale);

            disk.fill();
            boolean wasAway = false;
            for (int i = 0; i < 200 && !wasAway; i++) {
                for (int j = 0; j < 20; j++) {
                    assertThat(bench.node.buy(sale, "buyer" + i + "-" + j)).isEqualTo(Outcome.RESERVED);
                }
                try {
                    bench.write(sale);
                } catch (DatabaseAway e) {
                    wasAway = true;
                }
            }
            assertThat(wasAway).as("the disk was full").isTrue();
            disk.free();

            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                if (!bench.postgres.isAlive()) {
                    bench.postgres.restart();
                }
                return bench.write(sale) == OrderWriter.Turn.WRITTEN;
            });
            bench.assertWritten(sale);
        }
    }
}

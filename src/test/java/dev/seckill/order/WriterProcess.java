package dev.seckill.order;

import dev.seckill.PostgresServer;
import dev.seckill.RedisServer;
import dev.seckill.Signals;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Ledgers;
import dev.seckill.trade.SaleId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;

/** A node that only writes orders, as a process of its own, for tests that kill or freeze it. */
final class WriterProcess implements AutoCloseable {
    private static final int TICK_MS = 200;

    private final Process process;

    private WriterProcess(Process process) {
        this.process = process;
    }

    static WriterProcess start(RedisServer redis, PostgresServer postgres, String name, Duration lease, SaleId sale) {
        try {
            Path log = Files.createTempFile(Files.createDirectories(Path.of("target/node")), "writer-", ".log");
            return new WriterProcess(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin/java").toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            WriterProcess.class.getName(),
                            redis.address(),
                            postgres.url(),
                            name,
                            lease.toString(),
                            sale.value())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void freeze() {
        Signals.send("STOP", process.toHandle());
    }

    void unfreeze() {
        Signals.send("CONT", process.toHandle());
    }

    @Override
    public void close() {
        kill();
    }

    /** Writes until it is killed, or the test that started it is. */
    public static void main(String[] args) throws InterruptedException {
        Ledger ledger = Ledgers.open(
                Ledgers.config(args[0], Duration.ofSeconds(1), Duration.ofSeconds(3)), (attempts, nanos) -> {});
        Orders orders = new Orders(
                OrdersTest.config(args[1], args[2], Duration.parse(args[3])),
                ledger,
                () -> OrderBench.source(args[1]),
                Executors.newFixedThreadPool(3));
        while (ProcessHandle.current().parent().filter(ProcessHandle::isAlive).isPresent()) {
            ledger.tend();
            orders.tend(List.of(new SaleId(args[4])));
            Thread.sleep(TICK_MS);
        }
        Runtime.getRuntime().halt(0);
    }
}

package dev.seckill.lab;

import dev.seckill.signin.TrialIssuer;
import dev.seckill.trade.SaleId;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Buys until its input ends, and writes a line of each purchase: what {@link Buyers} starts on the client's machine. */
@Command(name = "buyers", hidden = true, description = "Buys until its input ends.")
final class BuyersCommand implements Callable<Integer> {
    /** As long as a buyer at a telephone waits before it presses again. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** For those who still ask when nobody new comes. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(20);

    @Option(names = "--address", required = true)
    private URI address;

    @Option(names = "--sale", required = true)
    private String sale;

    @Option(names = "--key", required = true)
    private Path key;

    @Option(names = "--names", required = true)
    private String names;

    @Option(names = "--rate", required = true)
    private int rate;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PurchaseRequest requests = new PurchaseRequest(address, new SaleId(sale), TrialIssuer.of(key), names);
        int port = address.getPort() < 0 ? 80 : address.getPort();
        try (SteadyBuyers buyers =
                new SteadyBuyers(new InetSocketAddress(address.getHost(), port), requests, PATIENCE, this::tell)) {
            return buyers.comeUntilEndOf(System.in, rate, LAST_PATIENCE) ? 0 : 1;
        }
    }

    private synchronized void tell(Purchase purchase) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(purchase.toLine());
        out.flush();
    }
}

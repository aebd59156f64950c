package dev.seckill.lab;

import dev.seckill.signin.TrialIssuer;
import dev.seckill.trade.SaleId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Buys when its input says {@code come}, until that says {@code halt}, and writes a line of each purchase: what {@link Buyers}
 * starts on the client's machine.
 */
@Command(name = "buyers", hidden = true, description = "Buys when its input says come, until that says halt.")
final class BuyersCommand implements Callable<Integer> {
    static final String COME = "come";
    static final String HALT = "halt";

    /** Said when all who came were answered, or would not be; behind it stands the number of the next one. */
    static final String HALTED = "halted ";

    /** As long as a buyer at a telephone waits before it presses again. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** For those who still ask when nobody new comes. */
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(20);

    private static final int HTTP_PORT = 80;

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
    public Integer call() throws IOException, InterruptedException {
        PurchaseRequest requests = new PurchaseRequest(address, new SaleId(sale), TrialIssuer.of(key), names);
        int port = address.getPort() < 0 ? HTTP_PORT : address.getPort();
        InetSocketAddress server = new InetSocketAddress(address.getHost(), port);
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (SteadyBuyers buyers = new SteadyBuyers(server, requests, PATIENCE, purchase -> tell(purchase.toLine()))) {
            // it ends with whoever started this, however that ends
            while (COME.equals(input.readLine())) {
                Thread coming = new Thread(() -> come(buyers));
                coming.start();
                String word = input.readLine();
                buyers.halt();
                coming.join();
                if (word == null) {
                    return 0;
                }
                buyers.awaitAnswers(LAST_PATIENCE);
                tell(HALTED + buyers.next());
            }
            return 0;
        }
    }

    private void come(SteadyBuyers buyers) {
        try {
            buyers.come(rate);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void tell(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}

package dev.seckill.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.signin.TrialIssuer;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.TrialKey;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buyers against a server that answers each of them at the second try only. Touches a port on loopback. */
class SteadyBuyersTest {
    private static final Pattern KEY = Pattern.compile("Idempotency-Key: (\\S+)");
    private static final int PER_SECOND = 50;
    private static final Duration PATIENCE = Duration.ofMillis(500);

    @TempDir
    private static Path folder;

    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private final Queue<Socket> kept = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Purchase> told = new ConcurrentSkipListMap<>();

    @Test
    void askAgainWithTheSameKeyUntilTheyAreAnsweredAndKeepToTheirTimes() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answer(server));
            answering.setDaemon(true);
            answering.start();
            InetSocketAddress address = new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
            PurchaseRequest requests = new PurchaseRequest(
                    URI.create("http://localhost"), new SaleId("test"), TrialIssuer.of(TrialKey.in(folder)), "names");

            boolean allAnswered;
            try (SteadyBuyers buyers =
                    new SteadyBuyers(address, requests, PATIENCE, each -> told.put(each.number(), each))) {
                Thread halting = new Thread(() -> haltAfter(Duration.ofSeconds(2), buyers));
                halting.start();
                buyers.come(PER_SECOND);
                allAnswered = buyers.awaitAnswers(Duration.ofSeconds(10));
                halting.join();
                assertThat(buyers.next()).isEqualTo(told.size());
            }

            assertThat(allAnswered).isTrue();
            assertThat(told).hasSizeBetween(PER_SECOND, 3 * PER_SECOND);
            assertThat(asked).hasSize(told.size()).allSatisfy((key, times) -> assertThat(times)
                    .isEqualTo(2));
            long firstDueMs = told.get(0).dueMs();
            assertThat(told.values()).allSatisfy(each -> {
                assertThat(each.dueMs()).isEqualTo(firstDueMs + each.number() * 1_000L / PER_SECOND);
                assertThat(each.first()).isEqualTo(first(each.number()));
                assertThat(each.last()).isEqualTo(Heard.RESERVED);
                assertThat(each.reservation()).isEqualTo("test.names-" + each.number());
            });
        }
    }

    /** Each in its own way. */
    private static Heard first(int number) {
        return switch (number % 4) {
            case 0 -> Heard.BROKEN;
            case 1 -> Heard.SILENT;
            case 2 -> Heard.FAULT;
            default -> Heard.BUSY;
        };
    }

    private void answer(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                byte[] request = new byte[8192];
                int length = 0;
                while (!new String(request, 0, length, StandardCharsets.US_ASCII).endsWith("}")) {
                    length += socket.getInputStream().read(request, length, request.length - length);
                }
                answer(socket, new String(request, 0, length, StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void answer(Socket socket, String request) throws IOException {
        Matcher key = KEY.matcher(request);
        assertThat(key.find()).isTrue();
        boolean isFirst = asked.merge(key.group(1), 1, Integer::sum) == 1;
        int number = Integer.parseInt(key.group(1).substring("names-".length()));
        Heard heard = isFirst ? first(number) : Heard.RESERVED;
        if (heard == Heard.SILENT) {
            kept.add(socket);
            return;
        }
        try (socket) {
            OutputStream out = socket.getOutputStream();
            String status =
                    switch (heard) {
                        case RESERVED -> "HTTP/1.1 201 Created";
                        case FAULT -> "HTTP/1.1 502 Bad Gateway";
                        case BUSY -> "HTTP/1.1 429 Too Many Requests";
                        default -> "HTTP/1.1 2";
                    };
            out.write((status + "\r\n\r\n{\"id\": \"test.names-" + number + "\"}").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void haltAfter(Duration time, SteadyBuyers buyers) {
        try {
            Thread.sleep(time.toMillis());
            buyers.halt();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

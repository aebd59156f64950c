package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.seckill.identity.Role;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/**
 * Far more buyers than tickets, all at once: each ticket goes to exactly one of them and all others hear the truth.
 * {@code -Dseckill.test.long=true} makes it a million on ten thousand. Touches a node and one Redis.
 */
@NodeTest
class RushIT {
    private static final boolean LONG = Boolean.getBoolean("seckill.test.long");
    private static final int BUYERS = LONG ? 1_000_000 : 50_000;
    private static final int TICKETS = LONG ? 10_000 : 500;
    private static final int CONNECTIONS = 100;
    private static final int MOST_TRIES = 50;
    private static final int PAUSE_MS = 100;
    private static final int SILENCE_MS = 20_000;
    private static final int PATIENCE_MINUTES = LONG ? 30 : 5;
    private static final String SALE = "rush";
    private static final String KEY = "my-only-try";

    /** Of each buyer; signed before the rush, which is the node's, not the issuer's. */
    private final String[] tokens = new String[BUYERS];

    private final AtomicInteger nextBuyer = new AtomicInteger();
    private final Map<String, String> won = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
    private final Queue<String> unexpected = new ConcurrentLinkedQueue<>();
    private final LongAdder busy = new LongAdder();

    @ArquillianResource
    private URL node;

    @org.jboss.arquillian.container.test.api.Deployment(testable = false)
    static WebArchive war() {
        return Deployment.war();
    }

    @Test
    void sellsEachTicketOnceAndRefusesEverybodyElse() throws URISyntaxException, InterruptedException {
        Api api = Api.of(node.toURI());
        assertThat(api.create(SALE, TICKETS, 1).status()).isEqualTo(201);
        Arrays.parallelSetAll(tokens, i -> TestIssuer.ecToken("buyer-" + i, Role.BUYER));
        long begin = System.nanoTime();

        ExecutorService connections = Executors.newFixedThreadPool(CONNECTIONS);
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.execute(this::rush);
        }
        connections.shutdown();
        boolean done = connections.awaitTermination(PATIENCE_MINUTES, TimeUnit.MINUTES);
        connections.shutdownNow();

        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%d buyers, %d tickets, %d connections: %.1f s, %.0f answers/s, asked again after BUSY %d times%n",
                BUYERS, TICKETS, CONNECTIONS, seconds, BUYERS / seconds, busy.sum());
        assertThat(unexpected).isEmpty();
        assertThat(done).as("everybody was answered").isTrue();
        assertThat(won).hasSize(TICKETS);
        assertThat(new HashSet<>(won.values()))
                .as("each has a reservation of its own")
                .hasSize(TICKETS);
        assertThat(refused.keySet()).isEqualTo(Set.of("/problems.html#sold-out"));
        assertThat(refused.get("/problems.html#sold-out").sum()).isEqualTo(BUYERS - TICKETS);
        assertThat(api.sums(SALE)).isEqualTo(new Api.Sums(TICKETS, 0, 0, TICKETS, 0));
        won.forEach((buyer, id) -> {
            Api.Reply again = api.buy(SALE, buyer, KEY, 1);
            assertThat(again.status()).as(buyer).isEqualTo(200);
            assertThat(again.id()).as(buyer).isEqualTo(id);
        });
    }

    /** One connection, over which one buyer after another asks. */
    private void rush() {
        ObjectMapper mapper = new ObjectMapper();
        try (Connection connection = new Connection(node)) {
            for (int i = nextBuyer.getAndIncrement(); i < BUYERS; i = nextBuyer.getAndIncrement()) {
                String buyer = "buyer-" + i;
                Answer answer = connection.ask(tokens[i]);
                for (int tries = 1; answer.status == 429 && tries < MOST_TRIES; tries++) {
                    busy.increment();
                    Thread.sleep(PAUSE_MS);
                    answer = connection.ask(tokens[i]);
                }
                switch (answer.status) {
                    case 201 ->
                        won.put(buyer, mapper.readTree(answer.body).path("id").asText());
                    case 409 ->
                        refused.computeIfAbsent(
                                        mapper.readTree(answer.body)
                                                .path("type")
                                                .asText(),
                                        type -> new LongAdder())
                                .increment();
                    default -> unexpected.add(buyer + ": " + answer);
                }
            }
        } catch (IOException e) {
            unexpected.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Answer(int status, String body) {}

    /** A kept-alive connection. With the JDK's HttpClient the same rush took more than twice as long. */
    private static final class Connection implements AutoCloseable {
        private static final String BODY = "{\"quantity\":1}";

        private final Socket socket;
        private final InputStream in;

        Connection(URL node) throws IOException {
            socket = new Socket(node.getHost(), node.getPort());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(SILENCE_MS);
            in = new BufferedInputStream(socket.getInputStream());
        }

        Answer ask(String token) throws IOException {
            List<String> request = List.of(
                    "POST /api/sales/" + SALE + "/reservations HTTP/1.1",
                    "Host: node",
                    "Content-Type: application/json",
                    "Content-Length: " + BODY.length(),
                    Api.AUTHORIZATION + ": Bearer " + token,
                    Api.KEY + ": " + KEY,
                    "",
                    BODY);
            socket.getOutputStream().write(String.join("\r\n", request).getBytes(StandardCharsets.US_ASCII));

            int status = Integer.parseInt(line().split(" ", 3)[1]);
            List<String> headers = new ArrayList<>();
            for (String header = line(); !header.isEmpty(); header = line()) {
                headers.add(header.toLowerCase(Locale.ROOT));
            }
            int length = headers.stream()
                    .filter(header -> header.startsWith("content-length:"))
                    .mapToInt(header -> Integer.parseInt(
                            header.substring("content-length:".length()).strip()))
                    .findAny()
                    .orElseThrow(() -> new IOException("no length in " + headers));
            return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder(64);
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new EOFException("the node closed the connection after: " + line);
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}

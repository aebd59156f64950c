package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.RawClient.Answer;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is too long or too slow ends at a bound, and keeps nobody else waiting. Touches a node and one Redis. */
class InputLimitsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String SALE = "input";
    private static final String END = "\r\n\r\n";

    /** Far more than the server has threads. */
    private static final int SLOW = 60;

    private static RedisServer redis;
    private static NodeProcess node;

    @BeforeAll
    static void open() {
        redis = RedisServer.start();
        node = NodeProcess.start(redis.address());
        assertThat(node.api().create(SALE, 1_000, 5).status()).isEqualTo(201);
    }

    @AfterAll
    static void close() {
        node.close();
        redis.close();
    }

    private static String purchase(String... headers) {
        return "POST /api/sales/" + SALE + "/reservations HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer "
                + TestIssuer.buyer("ann") + "\r\n" + Api.KEY + ": 1\r\nContent-Type: application/json\r\n"
                + String.join("\r\n", headers) + END;
    }

    /** Sends it all, or as much as is wanted. */
    private static Optional<Answer> ask(String head, String piece, int pieces) throws IOException {
        try (RawClient client = RawClient.connect(node.port(), PATIENCE)) {
            try {
                client.send(head);
                for (int i = 0; i < pieces; i++) {
                    client.send(piece);
                }
            } catch (SocketException e) {
                // it has heard enough
            }
            return client.answer(true);
        }
    }

    /** The server's own bound: 8 KiB of headers with the request's line. */
    @ParameterizedTest
    @CsvSource({"7000, 200", "9000, 400", "1000000, 400"})
    void aHeadIsAtMostEightKibibytes(int length, int status) throws IOException {
        String filler = "x".repeat(length);

        Optional<Answer> header = ask("GET /api/sales HTTP/1.1\r\nHost: node\r\nLong: " + filler + END, "", 0);
        Optional<Answer> target = ask("GET /api/sales?x=" + filler + " HTTP/1.1\r\nHost: node" + END, "", 0);

        assertThat(header)
                .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(status));
        assertThat(target)
                .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(status));
    }

    /** The server's own bound. */
    @ParameterizedTest
    @CsvSource({"90, 200", "101, 400", "1000, 400"})
    void aRequestHasAtMostAHundredHeaders(int count, int status) throws IOException {
        String head = "GET /api/sales HTTP/1.1\r\nHost: node\r\n" + "X: y\r\n".repeat(count) + "\r\n";

        assertThat(ask(head, "", 0))
                .hasValueSatisfying(answer -> assertThat(answer.status()).isEqualTo(status));
    }

    /** Refused as soon as it is known to be too long, however much is still to come. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 8193",
                "Content-Length: 1000000",
                "Content-Length: 1000000000",
                "Transfer-Encoding: chunked"
            })
    void aBodyIsAtMostEightKibibytes(String framing) throws IOException {
        boolean chunked = framing.startsWith("T");
        String piece = chunked ? "1000\r\n" + " ".repeat(4_096) + "\r\n" : " ".repeat(8_193);

        Answer answer = ask(purchase(framing), piece, chunked ? 10_000 : 1).orElseThrow();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("A body is at most 8192 bytes.");
        assertThat(answer.closes()).isTrue();
    }

    @Test
    void aBodyThatDoesNotArriveGivesWayToOthers() throws IOException {
        try (RawClient client = RawClient.connect(node.port(), PATIENCE)) {
            client.send(purchase("Content-Length: 5000"));
            long start = System.nanoTime();
            Optional<Answer> answer = Optional.empty();
            for (int i = 0; answer.isEmpty(); i++) {
                assertThat(i).as("seconds").isLessThan(15);
                client.send(" ");
                answer = client.answerWithin(Duration.ofSeconds(1));
            }

            assertThat(answer.orElseThrow().status()).isEqualTo(400);
            assertThat(System.nanoTime() - start).isGreaterThan(4_000_000_000L);
        }
    }

    @Test
    void slowBodiesKeepNobodyElseWaiting() throws IOException {
        List<RawClient> slow = new ArrayList<>();
        try {
            for (int i = 0; i < SLOW; i++) {
                RawClient client = RawClient.connect(node.port(), PATIENCE);
                client.send(purchase("Content-Length: 14") + "{\"quan");
                slow.add(client);
            }

            try (RawClient client = RawClient.connect(node.port(), PATIENCE)) {
                client.send(purchase("Content-Length: 14") + "{\"quantity\":1}");
                Answer answer = client.answer(true).orElseThrow();
                assertThat(answer.status()).isIn(200, 201);
            }
        } finally {
            for (RawClient client : slow) {
                client.close();
            }
        }
    }
}

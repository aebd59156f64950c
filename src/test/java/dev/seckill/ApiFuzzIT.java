package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.seckill.RawClient.Answer;
import dev.seckill.ledger.Ledgers;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever anybody sends, a node answers as the API's document says, breaks nothing, and takes no ticket that it did not
 * acknowledge. {@code -Dseed=} sends the same again, {@code -Dseckill.test.long=true} sends more. Touches a node, a Redis and a
 * PostgreSQL.
 */
class ApiFuzzIT {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final boolean LONG = Boolean.getBoolean("seckill.test.long");
    private static final int SHOTS = LONG ? 200_000 : 10_000;
    private static final Duration TIME = LONG ? Duration.ofMinutes(10) : Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_FAULTS = 20;
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String PROBLEM = "application/problem+json";

    /** Sold from, and left as they are; the others are changed as well. */
    private static final List<String> SALES = List.of("fuzz-1", "fuzz-2", "fuzz-3");

    private static final List<String> CHANGED = List.of("changed-1", "changed-2", "changed-3", "changed-4");
    private static final List<String> BUYERS = List.of("ann", "bob", "cyd", "d@example.org", "e+f:g_h-i.j");

    private static RedisServer redis;
    private static PostgresServer postgres;
    private static NodeProcess node;

    private final ApiDocument document = ApiDocument.read();
    private final Map<String, List<String>> known = new HashMap<>();
    private final List<String> ids = new ArrayList<>(List.of("fuzz-1.0000000000000000000000"));
    /** Tickets that were acknowledged and not given back, by sale and reservation. */
    private final Map<String, Map<String, Integer>> held = new TreeMap<>();

    private final Map<String, Integer> heard = new TreeMap<>();

    /** One request of each kind that was not answered as it should be, by what was wrong. */
    private final Map<String, String> faults = new TreeMap<>();

    @BeforeAll
    static void open() throws IOException {
        redis = RedisServer.start();
        postgres = PostgresServer.start();
        Path secret = Files.createTempFile(Path.of("target"), "webhook", ".secret");
        Files.writeString(secret, "whsec_c2VjcmV0cyBvZiB0ZXN0cywgdGhpcnR5LXR3byE=");
        secret.toFile().deleteOnExit();
        node = NodeProcess.at(redis.address())
                .with(
                        postgres.environment(),
                        "-Dseckill.payment.provider=sandbox",
                        "-Dseckill.payment.webhook-secret-file=" + secret.toAbsolutePath());
        node.restart();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> node.api().get("/health/ready").text().contains("\"WRITING\""));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> node.api().get("/health/ready").text().contains("\"TAKING\""));
    }

    @AfterAll
    static void close() {
        node.close();
        postgres.close();
        redis.close();
    }

    @Test
    void answersAsItsDocumentSaysWhateverItIsSent() throws IOException {
        System.out.println("-Dseed=" + SEED + " sends the same again");
        List<String> sales = new ArrayList<>(SALES);
        sales.addAll(CHANGED);
        sales.add(TicketSale.ID);
        for (String sale : sales) {
            assertThat(node.api().create(sale, 10_000, 5, "\"hold\": \"P1D\"").status())
                    .isEqualTo(201);
            held.put(sale, new TreeMap<>());
        }
        List<String> changed = new ArrayList<>(CHANGED);
        changed.add("no-such-sale");
        known.put("sale", sales);
        known.put("PATCH sale", changed);
        known.put("POST id", List.of("fuzz-1", "new-1", "new-2", "new-3", "new-4", "new-5"));
        known.put("id", ids);
        known.put(
                Api.KEY,
                List.of("1", "2", "3", "\"3\"", "!#~", UUID.randomUUID().toString(), "k".repeat(64)));
        known.put(
                "buyer",
                BUYERS.stream().map(name -> "Bearer " + TestIssuer.buyer(name)).toList());
        known.put("operator", List.of("Bearer " + TestIssuer.operator(), "bearer " + TestIssuer.operator()));
        known.put(
                "nobody",
                List.of("Bearer x", "Basic YTpi", TestIssuer.operator(), "Bearer " + TestIssuer.token("-", "guest")));
        known.put("currency", List.of("EUR"));
        known.put("GET buyer", BUYERS);
        known.put("GET operator", List.of("operator-of-the-tests", "nobody", "a b\u00fc|'+%"));

        int shots = shoot(new ApiDice(document, SEED, known));

        System.out.println(shots + " requests were answered " + heard);
        assertThat(faults).as("of each kind one").isEmpty();
        assertThat(heard.keySet())
                .as("what was heard")
                .contains("201", "200", "400 bad-input", "401 invalid-token", "405 http");
        for (String sale : sales) {
            String state =
                    node.api().get("/api/sales/" + sale).json().path("state").asText();
            if (!state.equals("ARCHIVED")) {
                JsonNode shown = node.api().show(sale);
                long reserved =
                        held.get(sale).values().stream().mapToLong(each -> each).sum();
                assertThat(Api.Sums.of(shown).reserved())
                        .as("-Dseed=%d: %s, of which acknowledged: %s", SEED, shown, held.get(sale))
                        .isEqualTo(reserved);
                Ledgers.auditedMovements(redis, new SaleId(sale));
            }
        }
    }

    private int shoot(ApiDice dice) throws IOException {
        long end = System.nanoTime() + TIME.toNanos();
        RawClient client = RawClient.connect(node.port(), PATIENCE);
        try {
            int shots = 0;
            for (; shots < SHOTS && System.nanoTime() - end < 0 && faults.size() < MOST_FAULTS; shots++) {
                Shot shot = dice.next();
                Answer answer = answer(client, shot, shots);
                List<String> wrong = wrong(shot, answer);
                if (!wrong.isEmpty()) {
                    faults.putIfAbsent(
                            wrong + " " + answer.status(),
                            "%s%nwas answered %s %s %s%n(request %d with -Dseed=%d)"
                                    .formatted(shot, answer.status(), answer.headers(), answer.text(), shots, SEED));
                }
                remember(shot, answer);
                // Payara leaves the body of a TRACE for the beginning of the next request, and does not always say that
                // it hangs
                // up after a 400.
                if (answer.closes() || answer.status() == 400 || shot.method().equals("TRACE")) {
                    client.close();
                    client = RawClient.connect(node.port(), PATIENCE);
                }
            }
            return shots;
        } finally {
            client.close();
        }
    }

    private static Answer answer(RawClient client, Shot shot, int number) {
        try {
            client.send(shot.bytes());
            Optional<Answer> answer = client.answer(!shot.method().equals("HEAD"));
            if (answer.isPresent()) {
                return answer.get();
            }
            return fail("%s%nwas not answered (request %d with -Dseed=%d)".formatted(shot, number, SEED));
        } catch (IOException e) {
            return fail("%s%nwas not answered: %s (request %d with -Dseed=%d)".formatted(shot, e, number, SEED), e);
        }
    }

    private List<String> wrong(Shot shot, Answer answer) {
        List<String> wrong = new ArrayList<>();
        if (isTheServersOwn(shot, answer)) {
            return wrong;
        }
        String type = answer.header("Content-Type").replaceFirst(";.*", "");
        JsonNode declared = shot.operation()
                .map(operation -> document.answer(operation, answer.status()))
                .orElse(null);
        if (declared != null && declared.isMissingNode()) {
            wrong.add("the document has no " + answer.status() + " for it");
        } else if (declared != null && !declared.path("content").isMissingNode()) {
            JsonNode content = declared.path("content").path(type);
            if (content.isMissingNode()) {
                wrong.add("the document has no " + type + " for it");
            } else if (type.endsWith("json")) {
                wrong.addAll(json(answer)
                        .map(json -> document.faults(json, content.path("schema")))
                        .orElse(List.of("it is no JSON")));
            }
        }
        if (answer.status() < 300 && shot.body() != null && shot.operation().isPresent()) {
            document.faults(
                            withoutNulls(shot.body()),
                            document.bodySchema(shot.operation().get()))
                    .forEach(fault -> wrong.add("it took a body in which " + fault));
        }
        boolean isNoMethod = answer.status() == 501 && shot.operation().isEmpty();
        if (answer.status() >= 500 && !isNoMethod) {
            wrong.add("nothing is wrong with the node");
        }
        boolean hasBody = !shot.method().equals("HEAD");
        if (answer.status() >= 400 && hasBody && declared == null) {
            if (!type.equals(PROBLEM)) {
                wrong.add("it is no problem");
            }
        }
        if (type.equals(PROBLEM) && answer.status() >= 400 && hasBody) {
            JsonNode problem = json(answer).orElse(MAPPER.createObjectNode());
            wrong.addAll(document.faults(problem, document.root().at("/components/schemas/Problem")));
            if (problem.path("status").asInt() != answer.status()) {
                wrong.add("it says another status");
            }
        }
        return wrong;
    }

    /** A field that is null is as good as none. */
    private static JsonNode withoutNulls(String body) {
        try {
            JsonNode json = MAPPER.readTree(body);
            if (json instanceof ObjectNode object) {
                object.removeIf(JsonNode::isNull);
            }
            return json;
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    /**
     * What the server refuses before the application hears of it: an odd target or header, a body where none belongs, and
     * TRACE.
     */
    private static boolean isTheServersOwn(Shot shot, Answer answer) {
        return answer.text().isEmpty()
                && (answer.status() == 400
                        || (answer.status() == 405 && shot.method().equals("TRACE")));
    }

    private static Optional<JsonNode> json(Answer answer) {
        try {
            return Optional.of(MAPPER.readTree(answer.text()));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** Who has what, and the reservations that later requests may name. */
    private void remember(Shot shot, Answer answer) {
        JsonNode json = answer.header("Content-Type").contains("json")
                ? json(answer).orElse(MAPPER.createObjectNode())
                : MAPPER.createObjectNode();
        String kind = json.path("type").asText().replaceFirst(".*#", "");
        heard.merge((answer.status() + " " + kind).strip(), 1, Integer::sum);
        if (json.has("reserved_at")) {
            String id = json.path("id").asText();
            Map<String, Integer> inSale = held.get(json.path("sale").asText());
            if (json.path("status").asText().equals("RESERVED")) {
                inSale.put(id, json.path("quantity").asInt());
                if (ids.size() < 200 && !ids.contains(id)) {
                    ids.add(id);
                }
            } else {
                inSale.remove(id);
            }
        } else if (json.path("code").asInt() == 1) {
            held.get(TicketSale.ID).put(ticket(shot), 1);
        }
    }

    /** The reservation behind a ticket: of a buyer and a key, or of nobody. */
    private static String ticket(Shot shot) {
        Optional<String> buyer = BUYERS.stream()
                .filter(name -> shot.header(Api.AUTHORIZATION)
                        .filter(header -> header.contains(TestIssuer.buyer(name)))
                        .isPresent())
                .findAny();
        Optional<String> key = shot.header(Api.KEY).map(String::strip);
        if (buyer.isEmpty() || key.isEmpty()) {
            return UUID.randomUUID().toString();
        }
        return ReservationId.derive(
                        new SaleId(TicketSale.ID), BuyerId.named(buyer.get()), IdempotencyKey.parse(key.get()))
                .toString();
    }

    /** What is no HTTP, or hardly: the node says so or hangs up, sells nothing unsaid, and serves the next as ever. */
    @Test
    void survivesWhatIsHardlyHttp() throws IOException {
        System.out.println("-Dseed=" + SEED + " sends the same again");
        String sale = "raw";
        assertThat(node.api().create(sale, 1_000_000, 5).status()).isEqualTo(201);
        SplittableRandom random = new SplittableRandom(SEED);
        Map<Integer, Integer> statuses = new TreeMap<>();
        long end = System.nanoTime() + (LONG ? TIME : Duration.ofSeconds(15)).toNanos();
        long sold = 0;
        long unheard = 0;
        for (int i = 0; System.nanoTime() - end < 0; i++) {
            byte[] request = HardlyHttp.purchase(random, sale, "raw-" + i);
            List<Answer> answers;
            try (RawClient client = RawClient.connect(node.port(), Duration.ofMillis(150))) {
                client.send(request);
                answers = client.answers();
            } catch (SocketException | ProtocolException e) {
                answers = List.of(); // hung up on before all was sent, or answered in HTTP/2, which nobody reads here
            }
            unheard += answers.isEmpty() ? 1 : 0;
            for (Answer answer : answers) {
                statuses.merge(answer.status(), 1, Integer::sum);
                sold += answer.status() == 201
                        ? json(answer).orElseThrow().path("quantity").asInt()
                        : 0;
                assertThat(answer.status())
                        .as("request %d with -Dseed=%d: %s", i, SEED, Shot.printable(request))
                        .isNotIn(500, 502, 503, 504);
            }
        }

        System.out.println("answered " + statuses + ", hung up on " + unheard);
        assertThat(node.api().sums(sale).reserved()).isBetween(sold, sold + unheard);
        Ledgers.auditedMovements(redis, new SaleId(sale));
    }
}

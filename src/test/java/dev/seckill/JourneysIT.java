package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.seckill.Api.Reply;
import dev.seckill.Api.Sums;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.IdempotencyKey;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What buyers and operators go through, from outside, each with a sale of its own. Touches a node and one Redis.
 *
 * <p>Not here: UNKNOWN, which takes a ledger that falls silent between a request and its deadline.
 */
@NodeTest
class JourneysIT {
    private static final String ANN = "ann";
    private static final String BOB = "bob";
    private static final String KEY = "first-try";
    private static final String KEPT_BY_NGINX = "X-Accel-Expires";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Path STAT_LOG = Path.of("target/stat.log");

    /** Given-back tickets rest half a second, and the timer that looks after them ticks once a second. */
    /** Two seconds are promised; a busy machine takes longer. */
    private static final Duration RESALE = Duration.ofSeconds(6);

    private static final Pattern PURCHASES = Pattern.compile(
            "^seckill_purchases_total\\{[^}]*outcome=\"([A-Z_]+)\"[^}]*} ([0-9.E]+)$", Pattern.MULTILINE);

    private final String sale = "journey-" + COUNT.incrementAndGet();
    private final AtomicInteger strangers = new AtomicInteger();
    private Api api;

    @ArquillianResource
    private URL node;

    @org.jboss.arquillian.container.test.api.Deployment(testable = false)
    static WebArchive war() {
        return Deployment.war();
    }

    @BeforeEach
    void meet() throws URISyntaxException {
        api = Api.of(node.toURI());
    }

    @Test
    void sellsATicketAndShowsItToItsBuyer() {
        putOn(10, 2, "\"hold\": \"PT90S\"");

        Reply bought = api.buy(sale, ANN, KEY, 2);

        assertThat(bought.status()).isEqualTo(201);
        assertThat(bought.header("Location")).isEqualTo("/api/reservations/" + bought.id());
        assertThat(bought.header("Cache-Control")).isEqualTo("no-store");
        JsonNode reservation = bought.json();
        assertThat(reservation.path("status").asText()).isEqualTo("RESERVED");
        assertThat(reservation.path("buyer").asText()).isEqualTo(ANN);
        assertThat(reservation.path("quantity").asInt()).isEqualTo(2);
        assertThat(Duration.between(time(reservation, "reserved_at"), time(reservation, "expires_at")))
                .isEqualTo(Duration.ofSeconds(90));

        JsonNode shown = api.get(bought.header("Location"), Api.BUYER, ANN).json();

        assertThat(shown.path("id").asText()).isEqualTo(bought.id());
        assertThat(shown.path("status").asText()).isEqualTo("RESERVED");
        assertThat(shown.path("expires_at")).isEqualTo(reservation.path("expires_at"));
        assertThat(api.sums(sale)).isEqualTo(new Sums(10, 8, 0, 2, 0));
    }

    /** The doorkeeper serves the ordinary purchase and JAX-RS the others: nobody can tell them apart. */
    @Test
    void sellsTheSameToWhoeverAsksInAnUnusualWay() {
        putOn(10, 2);
        Reply ordinary = api.buy(sale, ANN, KEY, 1);
        List<HttpRequest> unusual = List.of(
                unusual(ANN, KEY, 1, "Content-Type", "application/json;charset=UTF-8"),
                unusual(ANN, KEY, 1, "Content-Type", "application/json", "Accept", "application/*"),
                inPieces(ANN, KEY, 1));

        for (HttpRequest request : unusual) {
            Reply again = api.send(request);

            assertSame(ordinary, again);
            assertThat(again.header("Content-Type")).isEqualTo(ordinary.header("Content-Type"));
            assertThat(again.header("Cache-Control")).isEqualTo(ordinary.header("Cache-Control"));
            assertThat(again.header("Location")).isEqualTo(ordinary.header("Location"));
        }
        Reply won = api.send(inPieces("bob", "first", 1));
        assertThat(won.status()).isEqualTo(201);
        assertSame(won, api.buy(sale, "bob", "first", 1));
        Reply refused = api.buy(sale, "bob", "second", 3);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(api.send(inPieces("bob", "second", 3)).text()).isEqualTo(refused.text());
        assertThat(api.send(unusual("bob", "third", 1, "Content-Type", "text/plain"))
                        .status())
                .isEqualTo(415);
        assertThat(api.send(unusual("bob", "third", 1, "Content-Type", Api.JSON, "Accept", "text/html"))
                        .status())
                .isEqualTo(406);
        assertThat(api.sums(sale)).isEqualTo(new Sums(10, 8, 0, 2, 0));
    }

    private HttpRequest unusual(String buyer, String key, int quantity, String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 4);
        System.arraycopy(new String[] {Api.BUYER, buyer, Api.KEY, key}, 0, all, headers.length, 4);
        return api.request("POST", "/api/sales/" + sale + "/reservations", "{\"quantity\": " + quantity + "}", all);
    }

    /** Without a length, so that the server learns only at its end how long the body is. */
    private HttpRequest inPieces(String buyer, String key, int quantity) {
        byte[] body = ("{\"quantity\": " + quantity + "}").getBytes(StandardCharsets.UTF_8);
        return HttpRequest.newBuilder(api.purchase(sale, buyer, key, quantity), (name, value) -> true)
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build();
    }

    @Test
    void tellsEverybodyElseThatAllIsSold() {
        putOn(2, 2);
        assertThat(api.buy(sale, ANN, KEY, 2).status()).isEqualTo(201);

        Set<String> bodies = new TreeSet<>();
        for (int i = 0; i < 50; i++) {
            Reply refused = api.buy(sale, stranger(), KEY, 1);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(refused.header("Cache-Control")).isEqualTo("no-store");
            assertThat(refused.problem()).isEqualTo("sold-out");
            bodies.add(refused.text());
        }

        assertThat(bodies).hasSize(1);
        assertThat(api.sums(sale)).isEqualTo(new Sums(2, 0, 0, 2, 0));
    }

    /** The gate refuses before anybody reads the body; past its lease a body that is none is refused as such. */
    @Test
    void tellsItWithoutLookingAtTheRequestWhileItIsFreshNews() {
        putOn(1, 1);
        assertThat(api.buy(sale, ANN, KEY, 1).status()).isEqualTo(201);
        String nonsense = "no JSON";
        String path = "/api/sales/" + sale + "/reservations";

        Set<String> heard = new TreeSet<>();
        await().pollInterval(Duration.ofMillis(20))
                .atMost(Duration.ofSeconds(10))
                .until(() -> {
                    api.buy(sale, stranger(), KEY, 1);
                    heard.add(api.send("POST", path, nonsense, Api.BUYER, stranger(), Api.KEY, KEY)
                            .problem());
                    return heard.contains("sold-out");
                });
        // Nobody asks, so nobody renews the gate's lease but the timer.
        await().pollInterval(Duration.ofMillis(150))
                .atMost(Duration.ofSeconds(10))
                .until(() -> {
                    heard.add(api.send("POST", path, nonsense, Api.BUYER, stranger(), Api.KEY, KEY)
                            .problem());
                    return heard.contains("bad-input");
                });

        assertThat(heard).containsExactly("bad-input", "sold-out");
        assertThat(api.send("POST", path, nonsense, Api.BUYER, ANN, Api.KEY, KEY)
                        .problem())
                .as("a winner passes the gate")
                .isEqualTo("bad-input");
    }

    @Test
    void namesTheSameReservationByTheSameKeyAlsoAfterAllIsSold() {
        putOn(3, 3);
        Reply bought = api.buy(sale, ANN, KEY, 1);
        assertThat(bought.status()).isEqualTo(201);

        assertSame(bought, api.buy(sale, ANN, KEY, 1));
        assertSame(bought, api.buy(sale, ANN, '"' + KEY + '"', 1));
        assertThat(api.buy(sale, BOB, KEY, 2).status()).isEqualTo(201);
        assertThat(api.buy(sale, stranger(), KEY, 1).problem()).isEqualTo("sold-out");
        for (int i = 0; i < 20; i++) {
            assertSame(bought, api.buy(sale, ANN, KEY, 1));
        }

        assertThat(api.sums(sale)).isEqualTo(new Sums(3, 0, 0, 3, 0));
    }

    @Test
    void refusesAnotherQuantityUnderTheSameKey() {
        putOn(5, 3);
        Reply bought = api.buy(sale, ANN, KEY, 1);

        Reply other = api.buy(sale, ANN, KEY, 2);

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.problem()).isEqualTo("key-reused");
        assertSame(bought, api.buy(sale, ANN, KEY, 1));
        assertThat(api.sums(sale)).isEqualTo(new Sums(5, 4, 0, 1, 0));
    }

    @Test
    void letsNobodyHaveMoreThanTheLimit() {
        putOn(10, 2);
        assertThat(api.buy(sale, ANN, "one", 1).status()).isEqualTo(201);
        Reply second = api.buy(sale, ANN, "two", 1);
        assertThat(second.status()).isEqualTo(201);

        Reply third = api.buy(sale, ANN, "three", 1);

        assertThat(third.status()).isEqualTo(409);
        assertThat(third.problem()).isEqualTo("limit-reached");
        assertThat(third.json().path("held").asInt()).isEqualTo(2);
        assertThat(api.buy(sale, BOB, "three", 2).status()).isEqualTo(201);

        assertThat(api.cancel(second.id(), ANN).status()).isEqualTo(200);
        assertThat(patient(ANN, "three").status()).isEqualTo(201);
        assertThat(api.sums(sale).reserved()).isEqualTo(4);
    }

    @Test
    void saysHowManyAreLeftToWhoWantsMore() {
        putOn(3, 2);
        assertThat(api.buy(sale, ANN, KEY, 2).status()).isEqualTo(201);

        Reply refused = api.buy(sale, BOB, KEY, 2);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("not-enough");
        assertThat(refused.json().path("remaining").asInt()).isEqualTo(1);
        assertThat(api.buy(sale, BOB, KEY, 1).status()).isEqualTo(201);
    }

    @Test
    void opensWhenItWasSaidToAndNotBefore() {
        Instant opening = Instant.now().plusSeconds(3).truncatedTo(ChronoUnit.MILLIS);
        putOn(5, 1, "\"opens_at\": \"" + opening + "\"");
        assertThat(api.show(sale).path("state").asText()).isEqualTo("SCHEDULED");

        Reply early = api.buy(sale, ANN, KEY, 1);

        assertThat(early.status()).isEqualTo(409);
        assertThat(early.problem()).isEqualTo("not-open");
        assertThat(early.json().path("reason").asText()).isEqualTo("NOT_YET");
        assertThat(Integer.parseInt(early.header("Retry-After"))).isBetween(1, 3);

        // All the way, also when the node no longer answers by itself but asks the ledger.
        List<Reply> refused = new ArrayList<>();
        Reply bought = await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> {
                            Reply reply = api.buy(sale, ANN, KEY, 1);
                            if (reply.status() != 201) {
                                refused.add(reply);
                            }
                            return reply;
                        },
                        reply -> reply.status() == 201);

        assertThat(refused)
                .allSatisfy(reply -> assertThat(reply.problem()).isEqualTo("not-open"))
                .allSatisfy(reply -> assertThat(reply.header("Retry-After")).isNotEmpty());
        assertThat(time(bought.json(), "reserved_at")).isBetween(opening, opening.plusSeconds(1));
        assertThat(api.show(sale).path("state").asText()).isEqualTo("OPEN");
    }

    @Test
    void closesByItselfWhenItsTimeIsOver() {
        Instant closing = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.MILLIS);
        putOn(1000, 1, "\"closes_at\": \"" + closing + "\"");
        assertThat(api.buy(sale, ANN, KEY, 1).status()).isEqualTo(201);

        Reply late = await().pollInterval(Duration.ofMillis(100))
                .atMost(Duration.ofSeconds(10))
                .until(() -> api.buy(sale, stranger(), KEY, 1), reply -> reply.status() != 201);

        assertThat(late.problem()).isEqualTo("not-open");
        assertThat(late.json().path("reason").asText()).isEqualTo("CLOSED");
        assertThat(Instant.now()).isAfterOrEqualTo(closing);
        assertThat(api.show(sale).path("state").asText()).isEqualTo("CLOSED");
        assertThat(api.buy(sale, ANN, KEY, 1).status()).as("ann has hers").isEqualTo(200);
    }

    @Test
    void sellsNothingWhilePaused() {
        putOn(5, 1);
        Reply bought = api.buy(sale, ANN, KEY, 1);

        Reply paused = api.change(sale, "\"state\": \"PAUSED\"");

        assertThat(paused.json().path("state").asText()).isEqualTo("PAUSED");
        Reply refused = api.buy(sale, BOB, KEY, 1);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("not-open");
        assertThat(refused.json().path("reason").asText()).isEqualTo("PAUSED");
        assertSame(bought, api.buy(sale, ANN, KEY, 1));
        assertThat(api.sums(sale)).isEqualTo(new Sums(5, 4, 0, 1, 0));

        assertThat(api.change(sale, "\"state\": \"OPEN\"").status()).isEqualTo(200);
        assertThat(api.buy(sale, BOB, KEY, 1).status()).isEqualTo(201);
    }

    @Test
    void sellsACancelledTicketToSomebodyElseOnceAndSoon() {
        putOn(1, 1);
        Reply bought = api.buy(sale, ANN, KEY, 1);
        assertThat(api.buy(sale, BOB, KEY, 1).problem()).isEqualTo("sold-out");

        Reply cancelled = api.cancel(bought.id(), ANN);
        Instant at = Instant.now();

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("status").asText()).isEqualTo("CANCELLED");
        assertThat(cancelled.json().has("expires_at")).isFalse();
        Reply resold = patient(BOB, KEY);
        assertThat(resold.status()).isEqualTo(201);
        assertThat(Duration.between(at, Instant.now())).isLessThan(RESALE);

        Reply again = api.cancel(bought.id(), ANN);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("status").asText()).isEqualTo("CANCELLED");
        Reply asked = api.buy(sale, ANN, KEY, 1);
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.json().path("status").asText()).isEqualTo("CANCELLED");
        assertThat(api.buy(sale, stranger(), KEY, 1).problem()).isEqualTo("sold-out");
        assertThat(api.sums(sale)).isEqualTo(new Sums(1, 0, 0, 1, 0));
    }

    @Test
    void sellsATicketThatNobodyPaidToSomebodyElseSoonAfterItWasDue() {
        putOn(1, 1, "\"hold\": \"PT1S\"");
        Reply unpaid = api.buy(sale, ANN, KEY, 1);
        Instant due = time(unpaid.json(), "expires_at");
        assertThat(api.buy(sale, BOB, KEY, 1).problem()).isEqualTo("sold-out");
        await().until(() -> Instant.now().isAfter(due));

        Reply resold = patient(BOB, KEY);

        assertThat(resold.status()).isEqualTo(201);
        Duration waited = Duration.between(due, time(resold.json(), "reserved_at"));
        System.out.println("From due to sold again: " + waited);
        assertThat(waited).isBetween(Duration.ZERO, RESALE);
        Reply expired = api.get(unpaid.header("Location"), Api.BUYER, ANN);
        assertThat(expired.json().path("status").asText()).isEqualTo("EXPIRED");
        assertThat(api.cancel(unpaid.id(), ANN).problem()).isEqualTo("already-ended");
        assertThat(api.buy(sale, ANN, KEY, 1).json().path("status").asText()).isEqualTo("EXPIRED");
    }

    @Test
    void sellsAddedTickets() {
        putOn(1, 1);
        assertThat(api.buy(sale, ANN, KEY, 1).status()).isEqualTo(201);
        assertThat(api.buy(sale, stranger(), KEY, 1).problem()).isEqualTo("sold-out");

        assertThat(api.change(sale, "\"capacity\": 3").json().path("capacity").asInt())
                .isEqualTo(3);

        assertThat(patient(stranger(), KEY).status()).isEqualTo(201);
        assertThat(patient(stranger(), KEY).status()).isEqualTo(201);
        assertThat(api.buy(sale, stranger(), KEY, 1).problem()).isEqualTo("sold-out");
        assertThat(api.change(sale, "\"capacity\": 2").problem()).isEqualTo("capacity-cut");
        assertThat(api.change(sale, "\"capacity\": 3").status()).isEqualTo(200);
        assertThat(api.sums(sale)).isEqualTo(new Sums(3, 0, 0, 3, 0));
    }

    @Test
    void archivesAClosedSaleWhenNothingIsReservedAnyMore() {
        putOn(4, 2);
        Reply bought = api.buy(sale, ANN, KEY, 2);
        assertThat(api.change(sale, "\"state\": \"ARCHIVED\"").problem()).isEqualTo("still-open");

        assertThat(api.change(sale, "\"state\": \"CLOSED\"").status()).isEqualTo(200);

        Reply refused = api.buy(sale, BOB, KEY, 1);
        assertThat(refused.problem()).isEqualTo("not-open");
        assertThat(refused.json().path("reason").asText()).isEqualTo("CLOSED");
        assertThat(refused.header("Retry-After")).isEmpty();
        assertThat(api.change(sale, "\"state\": \"OPEN\"").problem()).isEqualTo("sale-closed");
        Reply reserved = api.change(sale, "\"state\": \"ARCHIVED\"");
        assertThat(reserved.status()).isEqualTo(409);
        assertThat(reserved.problem()).isEqualTo("still-reserved");
        assertThat(reserved.json().path("detail").asText()).contains("2 tickets");
        assertSame(bought, api.buy(sale, ANN, KEY, 2));

        assertThat(api.cancel(bought.id(), ANN).status()).isEqualTo(200);
        Reply archived = api.change(sale, "\"state\": \"ARCHIVED\"");

        assertThat(archived.status()).isEqualTo(200);
        assertThat(archived.json().path("state").asText()).isEqualTo("ARCHIVED");
        assertThat(Sums.of(archived.json())).isEqualTo(new Sums(4, 4, 0, 0, 0));
        assertThat(api.buy(sale, BOB, KEY, 1).status()).isIn(404, 409);
        assertThat(api.get("/api/reservations/" + bought.id(), Api.BUYER, ANN).status())
                .isEqualTo(404);
        assertThat(api.create(sale, 4, 2).problem()).isEqualTo("sale-exists");
    }

    @Test
    void showsAndCancelsAReservationForItsOwnBuyerOnly() {
        putOn(5, 1);
        Reply bought = api.buy(sale, ANN, KEY, 1);
        String address = bought.header("Location");

        Reply seen = api.get(address, Api.BUYER, BOB);
        Reply cancelled = api.cancel(bought.id(), BOB);
        Reply withHerKey = api.send("DELETE", address, null, Api.BUYER, BOB, Api.KEY, KEY);
        Reply nobody = api.get(address);

        assertThat(seen.status()).isEqualTo(404);
        assertThat(seen.problem()).isEqualTo("no-reservation");
        assertThat(cancelled.status()).isEqualTo(404);
        assertThat(cancelled.problem()).isEqualTo("no-reservation");
        assertThat(cancelled.text())
                .as("tells nothing that an unknown id would not")
                .isEqualTo(seen.text());
        assertThat(withHerKey.status()).isEqualTo(400);
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(api.send("DELETE", address, null).status()).isEqualTo(401);
        assertThat(api.get(address, Api.BUYER, ANN).json().path("status").asText())
                .isEqualTo("RESERVED");
        assertThat(api.sums(sale)).isEqualTo(new Sums(5, 4, 0, 1, 0));
    }

    @Test
    void cancelsAPurchaseThatHasNotArrivedYet() {
        putOn(5, 2);
        // A buyer has it from an answer 202 that came too late; it derives from sale, buyer and key alone.
        String id = ReservationId.derive(new SaleId(sale), BuyerId.named(ANN), IdempotencyKey.parse(KEY))
                .toString();
        assertThat(api.cancel(id, ANN).status())
                .as("without the key it is unknown")
                .isEqualTo(404);

        Reply cancelled = api.send("DELETE", "/api/reservations/" + id, null, Api.BUYER, ANN, Api.KEY, KEY);
        Reply late = api.buy(sale, ANN, KEY, 2);

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("status").asText()).isEqualTo("CANCELLED");
        assertThat(late.status()).isEqualTo(200);
        assertThat(late.id()).isEqualTo(id);
        assertThat(late.json().path("status").asText()).isEqualTo("CANCELLED");
        assertThat(api.sums(sale)).isEqualTo(new Sums(5, 5, 0, 0, 0));
        assertThat(api.buy(sale, ANN, "second-try", 2).status())
                .as("nothing of her limit is used")
                .isEqualTo(201);
    }

    @Test
    void refusesWhatIsNoPurchaseAndTakesNothing() {
        putOn(10, 5);
        assertThat(api.buy(sale, BOB, KEY, 1).status()).isEqualTo(201);
        Sums before = api.sums(sale);
        String path = "/api/sales/" + sale + "/reservations";

        assertSoftly(softly -> {
            for (String body : List.of(
                    "",
                    "null",
                    "1",
                    "[]",
                    "[{\"quantity\": 1}]",
                    "{}",
                    "{\"quantity\": 1",
                    "{\"quantity\": 1,}",
                    "{'quantity': 1}",
                    "{\"quantity\": 0}",
                    "{\"quantity\": -1}",
                    "{\"quantity\": 6}",
                    "{\"quantity\": 2147483648}",
                    "{\"quantity\": 4294967297}",
                    "{\"quantity\": 18446744073709551617}",
                    "{\"quantity\": 1e400}",
                    "{\"quantity\": 1.5}",
                    "{\"quantity\": \"1\"}",
                    "{\"quantity\": true}",
                    "{\"quantity\": null}",
                    "{\"quantity\": [1]}",
                    "{\"quantity\": {\"quantity\": 1}}",
                    "{\"Quantity\": 1}",
                    "{\"quantity\": 1, \"buyer\": \"bob\"}",
                    "{\"quantity\": 1, \"quantity\": 1}",
                    "{\"quantity\": 1}}",
                    "{\"quantity\": 1} {\"quantity\": 1}",
                    "{\"quantity\": 1e99999999999}",
                    "{\"quantity\": " + "9".repeat(8000) + "}",
                    "{\"quantity\": " + "[".repeat(3000) + "]".repeat(3000) + "}",
                    "{\"quantity\": 1}" + " ".repeat(8192))) {
                Reply reply = api.send("POST", path, body, Api.BUYER, ANN, Api.KEY, KEY);
                softly.assertThat(reply.status()).as(body.strip()).isEqualTo(400);
                softly.assertThat(reply.problem()).as(body.strip()).isEqualTo("bad-input");
            }
            for (String buyer : List.of("", "a b", "ann,bob", "ann/bob", "a".repeat(65), "ann|bob")) {
                Reply reply = api.send("POST", path, "{\"quantity\": 1}", Api.BUYER, buyer, Api.KEY, KEY);
                softly.assertThat(reply.status()).as("buyer " + buyer).isEqualTo(403);
                softly.assertThat(reply.problem()).as("buyer " + buyer).isEqualTo("no-buyers-name");
            }
            for (String key : List.of("", "a b", "\"\"", "a\"b", "k".repeat(65))) {
                Reply reply = api.send("POST", path, "{\"quantity\": 1}", Api.BUYER, ANN, Api.KEY, key);
                softly.assertThat(reply.status()).as("key " + key).isEqualTo(400);
                softly.assertThat(reply.problem()).as("key " + key).isEqualTo("bad-input");
            }
            String one = "{\"quantity\": 1}";
            Map.of(
                            "no key",
                            api.send("POST", path, one, Api.BUYER, ANN),
                            "no sale's id",
                            api.send("POST", path.replace(sale, "No-Sale"), one, Api.BUYER, ANN, Api.KEY, KEY))
                    .forEach((what, reply) ->
                            softly.assertThat(reply.status()).as(what).isEqualTo(400));
            Reply nobody = api.send("POST", path, one, Api.KEY, KEY);
            softly.assertThat(nobody.status()).isEqualTo(401);
            softly.assertThat(nobody.problem()).isEqualTo("no-token");
            Reply both = api.send("POST", path, one, Api.BUYER, ANN, Api.BUYER, "eve", Api.KEY, KEY);
            softly.assertThat(both.status()).isEqualTo(401);
            softly.assertThat(both.problem()).isEqualTo("invalid-token");
            Reply text = api.send("POST", path, one, Api.BUYER, ANN, Api.KEY, KEY, "Content-Type", "text/plain");
            softly.assertThat(text.status()).isEqualTo(415);
            softly.assertThat(text.problem()).isEqualTo("http");
            Reply html = api.send("POST", path, one, Api.BUYER, ANN, Api.KEY, KEY, "Accept", "text/html");
            softly.assertThat(html.status()).isEqualTo(406);
            softly.assertThat(html.problem()).isEqualTo("http");
            softly.assertThat(html.headers().map()).doesNotContainKey("allow");
            for (String method : List.of("GET", "PUT", "PATCH", "DELETE")) {
                String body = method.startsWith("P") ? one : null;
                Reply reply = api.send(method, path, body, Api.BUYER, ANN, Api.KEY, KEY);
                softly.assertThat(reply.status()).as(method).isEqualTo(405);
                softly.assertThat(reply.problem()).as(method).isEqualTo("http");
                softly.assertThat(reply.header("Allow")).as(method).contains("POST");
            }
            Reply nowhere = api.send("POST", path.replace(sale, "no-such-sale"), one, Api.BUYER, ANN, Api.KEY, KEY);
            softly.assertThat(nowhere.status()).isEqualTo(404);
            softly.assertThat(nowhere.problem()).isEqualTo("no-sale");
        });

        assertThat(api.sums(sale)).isEqualTo(before);
        assertThat(api.buy(sale, ANN, KEY, 5).status())
                .as("her key and limit are as they were")
                .isEqualTo(201);
    }

    @Test
    void refusesASaleThatBreaksARule() {
        assertSoftly(softly -> {
            for (String broken : List.of(
                    "\"capacity\": 0",
                    "\"capacity\": -1",
                    "\"capacity\": 10000001",
                    "\"capacity\": \"10\"",
                    "\"limit_per_buyer\": 0",
                    "\"limit_per_buyer\": 101",
                    "\"limit_per_buyer\": 4294967297",
                    "\"hold\": \"PT0.5S\"",
                    "\"hold\": \"P31D\"",
                    "\"hold\": 300",
                    "\"hold\": \"five minutes\"",
                    "\"name\": \"\"",
                    "\"name\": \"a\\nb\"",
                    "\"opens_at\": \"tomorrow\"",
                    "\"opens_at\": \"2030-01-31T10:00:00\"",
                    "\"opens_at\": 1893492000",
                    "\"opens_at\": \"2030-01-31T10:00:00Z\", \"closes_at\": \"2030-01-31T10:00:00Z\"",
                    "\"price\": 4500",
                    "\"price\": {\"amount_minor\": -1, \"currency\": \"EUR\"}",
                    "\"price\": {\"amount_minor\": 45.5, \"currency\": \"EUR\"}",
                    "\"price\": {\"amount_minor\": 4500, \"currency\": \"euro\"}",
                    "\"price\": {\"amount_minor\": 4500}",
                    "\"price\": {\"amount_minor\": 4500, \"currency\": \"EUR\", \"vat\": 19}",
                    "\"id\": \"-x\"",
                    "\"id\": \"{x}\"",
                    "\"sold\": 5")) {
                Reply reply = api.operator("POST", "/api/sales", saleWith(broken));
                softly.assertThat(reply.status()).as(broken).isEqualTo(400);
                softly.assertThat(reply.problem()).as(broken).isEqualTo("bad-input");
            }
        });

        assertThat(api.get("/api/sales/" + sale).status()).isEqualTo(404);
        assertThat(api.operator("POST", "/api/sales", saleWith("\"name\": \"as it should be\""))
                        .status())
                .isEqualTo(201);
        assertThat(api.create(sale, 1, 1).status()).as("the same sale twice").isEqualTo(409);
        assertThat(api.get("/api/sales/" + sale).json().path("name").asText()).isEqualTo("as it should be");
    }

    @Test
    void letsNobodyButAnOperatorPutOnOrChangeASale() {
        putOn(5, 1);
        Sums before = api.sums(sale);
        String other = sale + "-other";
        String path = "/api/sales/" + sale;

        String operator = TestIssuer.operator();
        for (String authorization : List.of("Bearer", "Bearer ", "Basic " + operator, operator)) {
            for (Reply reply : asking(authorization, other, path)) {
                assertDenied(reply, "no-token", "Bearer realm=\"seckill\"");
            }
        }
        for (String authorization :
                List.of("Bearer wrong", "Bearer " + operator + "x", "Bearer " + operator.substring(1))) {
            for (Reply reply : asking(authorization, other, path)) {
                assertDenied(
                        reply,
                        "invalid-token",
                        "Bearer realm=\"seckill\", error=\"invalid_token\","
                                + " error_description=\"The token is not valid here.\"");
            }
        }
        assertDenied(api.send("PATCH", path, "{\"capacity\": 6}"), "no-token", "Bearer realm=\"seckill\"");
        Reply buyer = api.send("PATCH", path, "{\"capacity\": 6}", Api.BUYER, ANN);
        assertThat(buyer.status()).isEqualTo(403);
        assertThat(buyer.problem()).isEqualTo("wrong-role");

        assertThat(api.get("/api/sales/" + other).status()).isEqualTo(404);
        assertThat(api.sums(sale)).isEqualTo(before);
        assertThat(api.show(sale).path("state").asText()).isEqualTo("OPEN");
    }

    /** To put a sale on, and to close one. */
    private List<Reply> asking(String authorization, String newSale, String path) {
        String id = "\"id\": \"" + newSale + '"';
        return List.of(
                api.send("POST", "/api/sales", saleWith(id), Api.AUTHORIZATION, authorization),
                api.send("PATCH", path, "{\"state\": \"CLOSED\"}", Api.AUTHORIZATION, authorization));
    }

    @Test
    void readsTheNameOfTheSchemeInAnyCase() {
        assertThat(api.send(
                                "PATCH",
                                "/api/sales/no-such-sale",
                                "{\"capacity\": 6}",
                                Api.AUTHORIZATION,
                                "bearer " + TestIssuer.operator())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void listsSalesToEverybody() {
        putOn(5, 1);

        JsonNode sales = api.get("/api/sales").json().path("sales");

        List<String> ids = new ArrayList<>();
        sales.forEach(each -> ids.add(each.path("id").asText()));
        assertThat(ids).contains(sale).isSorted();
        assertThat(api.get("/api/sales/no-such-sale").problem()).isEqualTo("no-sale");
        assertThat(api.get("/api/sales/" + sale, "Accept", "text/html").status())
                .isEqualTo(406);
        assertThat(api.get("/api/nothing").problem()).isEqualTo("http");
        assertThat(api.get("/nothing").problem()).as("outside JAX-RS").isEqualTo("http");
        assertThat(api.send("POST", "/buy/ticket", null).problem()).isEqualTo("http");
        assertThat(api.get("/error").status()).as("nobody has one").isEqualTo(404);
        assertThat(api.send("POST", "/api/sales/reservations", "{}", Api.BUYER, ANN, Api.KEY, KEY)
                        .status())
                .as("a sale without a name")
                .isEqualTo(405);
    }

    @Test
    void keepsTheContractOfTheTicketPageAndLogsEachAnswer() throws IOException {
        TicketSale.leave(api, 3);
        String buyer = "ticket-buyer";
        long from = Files.size(STAT_LOG);
        Sums before = api.sums(TicketSale.ID);

        assertThat(api.send("HEAD", "/buy/ticket", null).status()).isEqualTo(405);
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
            Reply refused = api.send(method, "/buy/ticket", null);
            assertThat(refused.status()).as(method).isEqualTo(405);
            assertThat(refused.header("Allow")).as(method).isEqualTo("GET");
        }
        assertThat(api.sums(TicketSale.ID)).as("neither buys").isEqualTo(before);

        assertThat(api.change(TicketSale.ID, "\"state\": \"PAUSED\"").status()).isEqualTo(200);
        assertCode(-3, "未开售或已结束", api.get("/buy/ticket"));
        int sold = localSales(from);
        assertThat(api.change(TicketSale.ID, "\"state\": \"OPEN\"").status()).isEqualTo(200);

        assertThat(api.get("/buy/ticket", Api.BUYER, "a b").problem()).isEqualTo("no-buyers-name");
        assertThat(api.get("/buy/ticket", Api.AUTHORIZATION, "Bearer wrong").problem())
                .isEqualTo("invalid-token");
        assertThat(api.get("/buy/ticket", Api.BUYER, buyer, Api.KEY, "a b").status())
                .isEqualTo(400);

        Reply won = api.get("/buy/ticket");
        assertCode(1, "抢票成功", won);
        assertThat(won.header(KEPT_BY_NGINX)).isEmpty();
        assertCode(1, "抢票成功", api.get("/buy/ticket", Api.BUYER, buyer, Api.KEY, KEY));
        assertCode(1, "抢票成功", api.get("/buy/ticket", Api.BUYER, buyer, Api.KEY, KEY));
        assertThat(api.sums(TicketSale.ID).remaining()).as("the same key twice").isEqualTo(1);
        assertCode(1, "抢票成功", api.get("/buy/ticket", Api.BUYER, buyer, Api.KEY, "next"));
        assertCode(-4, "超过限购数量", api.get("/buy/ticket", Api.BUYER, buyer, Api.KEY, "more"));
        for (int i = 0; i < 5; i++) {
            Reply refused = api.get("/buy/ticket");
            assertCode(-1, "已售罄", refused);
            assertThat(refused.header(KEPT_BY_NGINX)).isEqualTo("1");
        }

        assertThat(api.sums(TicketSale.ID).remaining()).isZero();
        String expected = line(0, sold)
                + line(1, sold + 1)
                + line(1, sold + 2)
                + line(1, sold + 2)
                + line(1, sold + 3)
                + line(0, sold + 3).repeat(6);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(logSince(from)).isEqualTo(expected));
    }

    @Test
    void callsNoTicketWonOnTheTicketPageThatIsNot() {
        TicketSale.leave(api, 3);
        assertCode(1, "抢票成功", api.get("/buy/ticket", Api.BUYER, "changes-his-mind", Api.KEY, KEY));
        Reply bought = api.buy(TicketSale.ID, "changes-his-mind", KEY, 1);
        assertThat(bought.status()).isEqualTo(200);
        assertThat(api.cancel(bought.id(), "changes-his-mind").status()).isEqualTo(200);
        assertThat(api.buy(TicketSale.ID, "wants-two", KEY, 2).status()).isEqualTo(201);

        assertCode(-6, "已取消或已过期", api.get("/buy/ticket", Api.BUYER, "changes-his-mind", Api.KEY, KEY));
        Reply reused = api.get("/buy/ticket", Api.BUYER, "wants-two", Api.KEY, KEY);

        assertThat(reused.status()).isEqualTo(422);
        assertThat(reused.problem()).isEqualTo("key-reused");
    }

    @Test
    void describesItselfInOnePlaceOnly() {
        assertThat(api.get("/api/application.wadl").problem()).isEqualTo("http");
        assertThat(api.send("OPTIONS", "/api/sales", null).text()).doesNotContain("wadl");
    }

    @Test
    void saysHowItIs() {
        Reply live = api.get("/health/live");
        assertThat(live.status()).isEqualTo(200);
        assertThat(live.json().path("status").asText()).isEqualTo("UP");

        Reply ready = api.get("/health/ready");
        assertThat(ready.status()).isEqualTo(200);
        JsonNode ledger = check(ready, "ledger");
        assertThat(ledger.path("status").asText()).isEqualTo("UP");
        assertThat(ledger.path("data").path("durable").asText()).isEqualTo("true");
        assertThat(ledger.path("data").path("sells").asText()).isEqualTo("true");
        JsonNode orders = check(ready, "orders");
        assertThat(orders.path("status").asText()).isEqualTo("UP");
        assertThat(orders.path("data").path("state").asText())
                .as("without a database")
                .isEqualTo("OFF");
    }

    private static JsonNode check(Reply health, String name) {
        for (JsonNode check : health.json().path("checks")) {
            if (check.path("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("no check " + name + " in " + health);
    }

    @Test
    void countsPurchasesByOutcome() {
        putOn(3, 2);
        Map<String, Double> before = purchases();

        assertThat(api.buy(sale, ANN, KEY, 1).status()).isEqualTo(201);
        assertThat(api.buy(sale, ANN, KEY, 1).status()).isEqualTo(200);
        assertThat(api.buy(sale, ANN, KEY, 2).status()).isEqualTo(422);
        assertThat(api.buy(sale, ANN, "more", 2).problem()).isEqualTo("limit-reached");
        assertThat(api.buy(sale, BOB, KEY, 1).status()).isEqualTo(201);
        assertThat(api.buy(sale, "cyd", KEY, 2).problem()).isEqualTo("not-enough");
        assertThat(api.buy(sale, BOB, "last", 1).status()).isEqualTo(201);
        for (int i = 0; i < 4; i++) {
            assertThat(api.buy(sale, stranger(), KEY, 1).problem()).isEqualTo("sold-out");
        }
        assertThat(api.buy("no-such-sale", ANN, KEY, 1).status()).isEqualTo(404);
        assertThat(api.buy(sale, ANN, "none", 0).status()).isEqualTo(400);

        Map<String, Double> counted = new TreeMap<>();
        purchases().forEach((outcome, count) -> {
            double more = count - before.get(outcome);
            if (more != 0) {
                counted.put(outcome, more);
            }
        });
        assertThat(counted)
                .isEqualTo(Map.of(
                        "RESERVED",
                        3.0,
                        "ALREADY_RESERVED",
                        1.0,
                        "KEY_REUSED",
                        1.0,
                        "LIMIT_REACHED",
                        1.0,
                        "NOT_ENOUGH",
                        1.0,
                        "SOLD_OUT",
                        4.0,
                        "NO_SALE",
                        1.0));
    }

    @Test
    void showsHowItsSalesStandInItsMetrics() {
        putOn(7, 2);
        assertThat(api.buy(sale, ANN, KEY, 2).status()).isEqualTo(201);

        // The timer meets a new sale within a second, and again a second later hears how it stands.
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
            String metrics = metrics();
            assertThat(metrics)
                    .contains("seckill_central_stock{mp_scope=\"application\",sale=\"" + sale + "\"} 5\n")
                    .contains("seckill_local_stock{mp_scope=\"application\",sale=\"" + sale + "\"} 5\n")
                    .contains("seckill_returning_stock{mp_scope=\"application\",sale=\"" + sale + "\"} 0\n")
                    .contains("seckill_waiting{mp_scope=\"application\"} 0\n")
                    .contains("\nseckill_expirations_total{")
                    .contains("\nseckill_batch_size_count{")
                    .contains("\nseckill_deduction_seconds_total{")
                    .containsPattern("\nseckill_purchases_within_total\\{[^}]*within=\"\\+Inf\"[^}]*} [1-9]")
                    .containsPattern("\nseckill_deductions_within_total\\{[^}]*within=\"\\+Inf\"[^}]*} [1-9]")
                    .contains("\nseckill_capacity{mp_scope=\"application\",sale=\"" + sale + "\"} 7\n")
                    .contains("\nseckill_reserved{mp_scope=\"application\",sale=\"" + sale + "\"} 2\n")
                    .contains("\nseckill_sold{mp_scope=\"application\",sale=\"" + sale + "\"} 0\n")
                    .contains("\nseckill_sale_open{mp_scope=\"application\",sale=\"" + sale + "\"} 1\n")
                    .contains("\nseckill_ledger_away{mp_scope=\"application\"} 0\n");
        });
    }

    private void putOn(int capacity, int limit, String... more) {
        assertThat(api.create(sale, capacity, limit, more).status()).isEqualTo(201);
    }

    /** A sale with one more field, or one in place of another. */
    private String saleWith(String field) {
        Map<String, String> fields = new TreeMap<>(Map.of(
                "id", '"' + sale + '"', "capacity", "5", "price", "{\"amount_minor\": 4500, \"currency\": \"EUR\"}"));
        fields.remove(field.substring(1, field.indexOf('"', 1)));
        StringBuilder body = new StringBuilder("{" + field);
        fields.forEach(
                (name, value) -> body.append(", \"").append(name).append("\": ").append(value));
        return body.append('}').toString();
    }

    /** Somebody who has never asked before. */
    private String stranger() {
        return "stranger-" + strangers.incrementAndGet();
    }

    /** Asks for one ticket until there is one, as long as it takes tickets to come back. */
    private Reply patient(String buyer, String key) {
        return await().pollInterval(Duration.ofMillis(50))
                .atMost(RESALE)
                .until(
                        () -> {
                            Reply reply = api.buy(sale, buyer, key, 1);
                            assertThat(reply.problem()).isIn("", "sold-out", "busy");
                            return reply;
                        },
                        reply -> reply.status() == 201);
    }

    private static void assertSame(Reply bought, Reply again) {
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("outcome").asText()).isEqualTo("ALREADY_RESERVED");
        assertThat(again.json().path("status").asText()).isEqualTo("RESERVED");
        assertThat(again.header("Location")).isEqualTo(bought.header("Location"));
        for (String field : List.of("id", "buyer", "quantity", "reserved_at", "expires_at")) {
            assertThat(again.json().path(field))
                    .as(field)
                    .isEqualTo(bought.json().path(field));
        }
    }

    private static void assertDenied(Reply reply, String problem, String challenge) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.problem()).isEqualTo(problem);
        assertThat(reply.header("WWW-Authenticate")).isEqualTo(challenge);
    }

    private static void assertCode(int code, String message, Reply reply) {
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).isEqualToIgnoringCase("application/json;charset=UTF-8");
        assertThat(reply.text()).isEqualTo("{\"code\":" + code + ",\"msg\":\"" + message + "\",\"data\":null}");
    }

    private static String line(int result, int localSales) {
        return "result:" + result + ",localSales:" + localSales + "\n";
    }

    /** What the first answer since then was logged with. */
    private static int localSales(long from) {
        Pattern first = Pattern.compile("^result:0,localSales:([0-9]+)\n");
        Matcher line = await().atMost(Duration.ofSeconds(5)).until(() -> first.matcher(logSince(from)), Matcher::find);
        return Integer.parseInt(line.group(1));
    }

    private static String logSince(long from) throws IOException {
        byte[] all = Files.readAllBytes(STAT_LOG);
        return new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
    }

    private static Instant time(JsonNode json, String field) {
        return Instant.parse(json.path(field).asText());
    }

    private String metrics() {
        return '\n'
                + api.get("/metrics?scope=application", "Accept", "text/plain").text();
    }

    private Map<String, Double> purchases() {
        Map<String, Double> purchases = new TreeMap<>();
        PURCHASES
                .matcher(metrics())
                .results()
                .forEach((MatchResult line) ->
                        purchases.merge(line.group(1), Double.valueOf(line.group(2)), Double::sum));
        assertThat(purchases).containsKeys("RESERVED", "SOLD_OUT", "BUSY", "UNKNOWN");
        return purchases;
    }
}

package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.seckill.Api.Reply;
import dev.seckill.ApiDocument.Operation;
import dev.seckill.identity.Role;
import java.net.URISyntaxException;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who may call what: every operation of the API's document by every kind of caller, so that a new one cannot be forgotten.
 * Touches a node and one Redis.
 */
@NodeTest
class RolesIT {
    private static final String SALE = "roles-" + Story.SEED;
    private static final String KEY = "first";

    private static final Map<String, Optional<String>> CALLERS = callers();

    private final ApiDocument document = ApiDocument.read();
    private Api api;
    private String reservation;

    @ArquillianResource
    private URL node;

    @org.jboss.arquillian.container.test.api.Deployment(testable = false)
    static WebArchive war() {
        return Deployment.war();
    }

    private static Map<String, Optional<String>> callers() {
        Map<String, Optional<String>> callers = new LinkedHashMap<>();
        callers.put("nobody", Optional.empty());
        callers.put(
                "a forger",
                Optional.of(TestIssuer.sign(
                        TestIssuer.rsa("test-rsa"),
                        TestIssuer.claims("ann", Role.BUYER, Role.OPERATOR).build())));
        callers.put("somebody without a role", Optional.of(TestIssuer.token("ann")));
        callers.put("another buyer", Optional.of(TestIssuer.buyer("eve")));
        callers.put("an operator", Optional.of(TestIssuer.token("ann", Role.OPERATOR)));
        callers.put("the buyer", Optional.of(TestIssuer.buyer("ann")));
        callers.put("a buyer and operator", Optional.of(TestIssuer.token("ann", Role.BUYER, Role.OPERATOR)));
        return callers;
    }

    @BeforeEach
    void meet() throws URISyntaxException {
        api = Api.of(node.toURI());
        if (api.get("/api/sales/" + SALE).status() == 404) {
            assertThat(api.create(SALE, 1_000, 100).status()).isEqualTo(201);
        }
        // a node that has just started may be busy for a moment
        reservation = await().until(() -> api.buy(SALE, "ann", "hers", 1), reply -> List.of(200, 201)
                        .contains(reply.status()))
                .id();
    }

    @Test
    void letsEachCallerDoWhatItsRolesAllowAndNothingElse() {
        assertSoftly(softly -> {
            for (Operation operation : document.operations()) {
                for (Map.Entry<String, Optional<String>> caller : CALLERS.entrySet()) {
                    for (String type : List.of(Api.JSON, Api.JSON + ";charset=UTF-8")) {
                        Reply reply = send(operation, caller.getValue(), type);
                        softly.assertThat(heard(reply))
                                .as("%s by %s, %s: %s", operation, caller.getKey(), type, reply)
                                .isEqualTo(due(operation, caller.getKey()));
                    }
                }
            }
        });
    }

    /** What is wrong with the caller; nothing if it may. */
    private static String heard(Reply reply) {
        boolean isRefused = reply.status() == 401 || reply.status() == 403;
        return isRefused ? reply.status() + " " + reply.problem() : "";
    }

    private String due(Operation operation, String caller) {
        Set<String> roles = document.callers(operation);
        if (roles.isEmpty()) {
            return "";
        }
        return switch (caller) {
            case "nobody" -> document.isForEverybody(operation) ? "" : "401 no-token";
            case "a forger" -> "401 invalid-token";
            case "somebody without a role" -> "403 wrong-role";
            case "an operator" -> roles.contains(Role.OPERATOR) ? "" : "403 wrong-role";
            case "the buyer", "another buyer" -> roles.contains(Role.BUYER) ? "" : "403 wrong-role";
            default -> "";
        };
    }

    private Reply send(Operation operation, Optional<String> token, String type) {
        String path = operation
                .path()
                .replace("{sale}", SALE)
                .replace("{id}", reservation)
                .replace("{payment}", "0".repeat(22));
        List<String> headers = new ArrayList<>(List.of(Api.KEY, "roles"));
        Iterator<JsonNode> bodies = document.bodies(operation).elements();
        String body =
                bodies.hasNext() ? bodies.next().path("value").toString().replace("concert", SALE + "-new") : null;
        if (body != null) {
            headers.addAll(List.of("Content-Type", type));
        }
        token.ifPresent(each -> headers.addAll(List.of(Api.AUTHORIZATION, "Bearer " + each)));
        if (operation.method().equals("DELETE")) {
            // her reservation stays: this key does not name it
            headers.set(1, "another");
        }
        return api.send(operation.method(), path, body, headers.toArray(String[]::new));
    }

    @Test
    void documentsTheRefusalsOfEveryOperationThatIsNotForEverybody() {
        assertSoftly(softly -> {
            for (Operation operation : document.operations()) {
                if (operation.path().equals("/api/payments/webhook")) {
                    // known by its signature, which has a 401 of its own
                    continue;
                }
                boolean hasCallers = !document.callers(operation).isEmpty();
                for (String status : List.of("401", "403", "503")) {
                    softly.assertThat(operation.node().path("responses").has(status))
                            .as("%s %s", operation, status)
                            .isEqualTo(hasCallers
                                    || (status.equals("503")
                                            && !operation.path().equals("/api/sign-in")));
                }
            }
        });
    }

    @Test
    void showsAReservationToItsOwnBuyerOnly() {
        String address = "/api/reservations/" + reservation;
        for (String stranger : Arrays.asList("eve", "Ann", "ann2")) {
            Reply seen = api.get(address, Api.BUYER, stranger);
            assertThat(seen.status()).isEqualTo(404);
            assertThat(seen.text())
                    .as("as if there were none")
                    .isEqualTo(api.get("/api/reservations/" + SALE + ".AAAAAAAAAAAAAAAAAAAAAA", Api.BUYER, stranger)
                            .text());
            assertThat(api.cancel(reservation, stranger).status()).isEqualTo(404);
        }
        assertThat(api.get(address, Api.BUYER, "ann").json().path("buyer").asText())
                .isEqualTo("ann");
        assertThat(api.get(address, Api.AUTHORIZATION, "Bearer " + TestIssuer.token("ann", Role.BUYER, Role.OPERATOR))
                        .status())
                .as("who is an operator, too, sees what is hers as a buyer")
                .isEqualTo(200);
        assertThat(api.get(address, Api.AUTHORIZATION, "Bearer " + TestIssuer.token("eve", Role.BUYER, Role.OPERATOR))
                        .status())
                .as("and not what is others'")
                .isEqualTo(404);
    }

    @Test
    void tellsNobodyByAForgedTokenWhoHasWon() {
        String sale = SALE + "-gone";
        assertThat(api.create(sale, 1, 1).status()).isEqualTo(201);
        assertThat(api.buy(sale, "ann", KEY, 1).status()).isEqualTo(201);
        String path = "/api/sales/" + sale + "/reservations";

        for (Map.Entry<String, Optional<String>> caller : CALLERS.entrySet()) {
            List<String> headers = new ArrayList<>(List.of(Api.KEY, "another"));
            caller.getValue().ifPresent(token -> headers.addAll(List.of(Api.AUTHORIZATION, "Bearer " + token)));
            boolean isAnn = List.of("the buyer", "a buyer and operator").contains(caller.getKey());
            await().alias(caller.getKey())
                    .atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        // renews the gate, which is closed for a fraction of a second after what it hears
                        api.buy(sale, "bob", KEY, 1);
                        return api.send("POST", path, "{\"quantity\": 1}", headers.toArray(String[]::new))
                                .problem()
                                .equals(isAnn ? "limit-reached" : "sold-out");
                    });
        }
        assertThat(api.buy(sale, "ann", KEY, 1).status())
                .as("who has won passes the gate")
                .isEqualTo(200);
    }
}

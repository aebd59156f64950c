package dev.seckill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.seckill.ApiDocument.Listed;
import dev.seckill.ApiDocument.Operation;
import jakarta.servlet.annotation.WebServlet;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.assertj.core.api.SoftAssertions;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The API's document says what there is, and each of its examples is what a node answers. Touches a node and one Redis. */
@NodeTest
class OpenApiIT {
    private static final String CLASSES = "WEB-INF/classes/";
    private static final String BUYER = "ann";

    /** What only a node in trouble or without configuration says, or a reservation that has ended by itself. */
    private static final Set<String> NOT_SENT = Set.of(
            "busy",
            "in_doubt",
            "unknown",
            "fault",
            "keys_away",
            "orders_away",
            "payments_away",
            "too_many",
            "too_many_sales",
            "already_ended");

    /** Said for other reasons than those of the example; the journeys hear them. */
    private static final Set<String> ANOTHER_STATE = Set.of(
            "not_acceptable",
            "invalid_token",
            "wrong_role",
            "no_buyers_name",
            "signed_in",
            "bad_name",
            "unsupported_media_type",
            "unreadable",
            "own_orders",
            "found_orders",
            "kept_aside",
            "retried",
            "no_sale_to_retry",
            "actions",
            "payment_started",
            "payment_taken_up",
            "own_payments",
            "found_payments",
            "refunded",
            "accepted_payment",
            "rejected_payment",
            "no_payment",
            "no_reservation_to_pay",
            "ended_unpaid",
            "too_many_payments",
            "not_confirmed",
            "refund_too_large",
            "not_stuck",
            "not_signed",
            "bad_event",
            "ticket_sold_out",
            "ticket_busy",
            "ticket_not_open",
            "ticket_limit_reached",
            "ticket_unknown",
            "ticket_ended",
            "ticket_key_reused");

    /** Fields that say what kind of answer it is: as in the example. */
    private static final List<String> KINDS =
            List.of("type", "code", "msg", "status", "state", "outcome", "reason", "id");

    private static final Map<String, String> SERVLET_METHODS =
            Map.of("doGet", "GET", "doPost", "POST", "doPut", "PUT", "doDelete", "DELETE");

    private final ApiDocument document = ApiDocument.read();
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
    void namesEveryPathAndMethodThereIsAndNoOther() throws IOException, ReflectiveOperationException {
        Set<String> documented = new TreeSet<>();
        document.operations().forEach(operation -> documented.add(operation.toString()));

        assertThat(documented).isEqualTo(served());
    }

    @Test
    void isServedAsItIsWritten() {
        JsonNode served = api.get("/openapi", "Accept", "application/json").json();

        // Payara adds a list of the paths, and leaves out what is null.
        ((ObjectNode) served).remove("endpoints");
        assertThat(withoutNulls(served)).isEqualTo(withoutNulls(document.root()));
    }

    @Test
    void hasExamplesThatAreAsItsSchemasSay() {
        assertSoftly(softly -> {
            for (Operation operation : document.operations()) {
                for (Listed listed : document.answers(operation)) {
                    softly.assertThat(document.faults(listed.value(), listed.schema()))
                            .as("%s %s", operation, listed.name())
                            .isEmpty();
                    if (listed.mediaType().equals("application/problem+json")) {
                        softly.assertThat(listed.value().path("status").asInt())
                                .as("%s %s", operation, listed.name())
                                .isEqualTo(listed.status());
                    }
                }
            }
        });
    }

    @Test
    void hasExamplesOfBodiesThatAreAsItsSchemasSayAndOfOthers() {
        assertSoftly(softly -> {
            for (Operation operation : document.operations()) {
                for (Listed listed : document.answers(operation)) {
                    JsonNode body =
                            document.bodies(operation).path(listed.name()).path("value");
                    if (!body.isMissingNode()) {
                        softly.assertThat(document.faults(body, document.bodySchema(operation))
                                        .isEmpty())
                                .as("%s %s", operation, listed.name())
                                .isEqualTo(listed.status() != 400);
                    }
                }
            }
        });
    }

    @Test
    void listsAnAnswerForEveryExampleOfARequest() {
        Set<String> answered = new TreeSet<>();
        for (Operation operation : document.operations()) {
            List<String> names =
                    document.answers(operation).stream().map(Listed::name).toList();
            assertThat(names).as("%s", operation).doesNotHaveDuplicates();
            names.stream()
                    .filter(name -> !NOT_SENT.contains(name) && !ANOTHER_STATE.contains(name))
                    .forEach(name -> answered.add(operation.path() + " " + name));
        }

        assertThat(answered).containsAll(document.requestExamples());
    }

    @Test
    void answersEveryExampleAsItSays() {
        prepare();

        assertSoftly(softly -> {
            for (Operation operation : document.operations()) {
                for (Listed listed : inOrder(operation)) {
                    check(softly, operation, listed);
                }
            }
        });
    }

    @Test
    void leadsFromTheRootToWhatExplainsIt() {
        assertThat(api.get("/").text()).contains("\"/openapi\"", "\"/problems.html\"", "\"/api/sales\"");
        Api.Reply problems = api.get("/problems.html");
        assertThat(problems.status()).isEqualTo(200);
        assertThat(problems.header("Content-Type")).startsWith("text/html");
        assertThat(problems.text()).contains("<section id=\"sold-out\">");
    }

    /** The sales that the examples name, in the state that the examples find them in. */
    private void prepare() {
        String later = "\"opens_at\": \"2099-12-31T23:59:59Z\"";
        created("sold-out", 1);
        bought("sold-out", "bob", 1);
        created("last-ticket", 1);
        created("limited", 5);
        bought("limited", BUYER, 2);
        created("next-century", 5, later);
        created("interrupted", 5);
        changed("interrupted", "PAUSED");
        created("last-week", 5);
        bought("last-week", "bob", 1);
        changed("last-week", "CLOSED");
        assertThat(api.create("last-year", 300, 1).status()).isEqualTo(201);
        changed("last-year", "CLOSED");
        TicketSale.leave(api, 2);
    }

    private void created(String sale, int capacity, String... more) {
        assertThat(api.create(sale, capacity, 2, more).status()).isEqualTo(201);
    }

    private void bought(String sale, String buyer, int quantity) {
        assertThat(api.buy(sale, buyer, "before", quantity).status()).isEqualTo(201);
    }

    private void changed(String sale, String state) {
        assertThat(api.change(sale, "\"state\": \"" + state + "\"").status()).isEqualTo(200);
    }

    /** The answers to send a request for: in the order of the bodies, if there are any. */
    private List<Listed> inOrder(Operation operation) {
        List<Listed> answers = document.answers(operation).stream()
                .filter(listed -> !NOT_SENT.contains(listed.name()) && !ANOTHER_STATE.contains(listed.name()))
                .toList();
        List<Listed> ordered = new ArrayList<>();
        document.bodies(operation).fieldNames().forEachRemaining(name -> answers.stream()
                .filter(listed -> listed.name().equals(name))
                .forEach(ordered::add));
        return ordered.isEmpty() ? answers : ordered;
    }

    private void check(SoftAssertions softly, Operation operation, Listed listed) {
        String example = operation + " " + listed.name();

        Api.Reply reply = send(operation, listed);

        softly.assertThat(reply.status()).as(example + ": " + reply.text()).isEqualTo(listed.status());
        softly.assertThat(reply.header("Content-Type")).as(example).startsWith(listed.mediaType());
        if (!listed.mediaType().endsWith("json")) {
            softly.assertThat(reply.text()).as(example).isEqualTo(listed.value().asText());
            return;
        }
        softly.assertThat(document.faults(reply.json(), listed.schema()))
                .as(example)
                .isEmpty();
        softly.assertThat(names(reply.json())).as(example).isEqualTo(names(listed.value()));
        for (String kind : KINDS) {
            softly.assertThat(reply.json().path(kind))
                    .as(example + " " + kind)
                    .isEqualTo(listed.value().path(kind));
        }
        for (String header : List.of("Location", "Retry-After", "WWW-Authenticate")) {
            JsonNode documented = document.header(listed, header);
            boolean present = !reply.header(header).isEmpty();
            softly.assertThat(present && documented.isMissingNode())
                    .as(example + " answers an undocumented " + header)
                    .isFalse();
            softly.assertThat(!present && documented.path("required").asBoolean())
                    .as(example + " has no " + header)
                    .isFalse();
        }
    }

    private Api.Reply send(Operation operation, Listed listed) {
        String path = operation.path();
        List<String> headers = new ArrayList<>();
        for (JsonNode parameter : operation.parameters()) {
            String name = parameter.get("name").asText();
            Optional<String> value = ApiDocument.sent(parameter, listed.name());
            if (parameter.get("in").asText().equals("path")) {
                path = path.replace("{" + name + "}", value.orElseThrow().replace("!", "%21"));
            } else if (value.isPresent() && parameter.get("in").asText().equals("query")) {
                path += (path.contains("?") ? "&" : "?") + name + "="
                        + value.get().replace("!", "%21");
            } else if (value.isPresent()) {
                headers.addAll(List.of(name, value.get()));
            }
        }
        token(operation, listed, headers.contains(Api.KEY))
                .ifPresent(token -> headers.addAll(List.of(Api.AUTHORIZATION, "Bearer " + token)));
        JsonNode body = document.bodies(operation).path(listed.name()).path("value");
        return api.send(
                operation.method(),
                path,
                body.isMissingNode() ? null : body.toString(),
                headers.toArray(String[]::new));
    }

    /** Of whoever the operation is for. Where it is for everybody, too, a key goes with a token. */
    private Optional<String> token(Operation operation, Listed listed, boolean hasKey) {
        Set<String> callers = document.callers(operation);
        if (listed.status() == 401 || callers.isEmpty() || (document.isForEverybody(operation) && !hasKey)) {
            return Optional.empty();
        }
        return Optional.of(callers.contains("operator") ? TestIssuer.operator() : TestIssuer.buyer(BUYER));
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode withoutNulls(JsonNode node) {
        Iterator<JsonNode> children = node.elements();
        while (children.hasNext()) {
            JsonNode child = children.next();
            if (child.isNull()) {
                children.remove();
            } else {
                withoutNulls(child);
            }
        }
        return new YAMLMapper().convertValue(node, JsonNode.class);
    }

    /** "METHOD path" of all resources and servlets in the WAR. */
    private static Set<String> served() throws IOException, ReflectiveOperationException {
        String root = "";
        Set<String> resources = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (Class<?> type : classesOfTheWar()) {
            if (type.isAnnotationPresent(ApplicationPath.class)) {
                root = "/" + type.getAnnotation(ApplicationPath.class).value();
            }
            if (type.isAnnotationPresent(Path.class)) {
                resources.addAll(methods(type));
            }
            // the sandbox's page is the provider's, not part of the API
            if (type.isAnnotationPresent(WebServlet.class)
                    && !type.getSimpleName().startsWith("Sandbox")) {
                for (String path : type.getAnnotation(WebServlet.class).urlPatterns()) {
                    Stream.of(type.getDeclaredMethods())
                            .map(method -> SERVLET_METHODS.get(method.getName()))
                            .filter(method -> method != null)
                            .forEach(method -> all.add(method + " " + path));
                }
            }
        }
        for (String resource : resources) {
            all.add(resource.replaceFirst(" ", " " + root + "/"));
        }
        return all;
    }

    private static Set<String> methods(Class<?> resource) {
        Set<String> methods = new TreeSet<>();
        for (Method method : resource.getMethods()) {
            for (Annotation annotation : method.getAnnotations()) {
                HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (http != null) {
                    Path more = method.getAnnotation(Path.class);
                    methods.add(http.value() + " "
                            + resource.getAnnotation(Path.class).value() + (more == null ? "" : "/" + more.value()));
                }
            }
        }
        return methods;
    }

    private static List<Class<?>> classesOfTheWar() throws IOException, ReflectiveOperationException {
        List<Class<?>> classes = new ArrayList<>();
        try (ZipFile war = new ZipFile("target/seckill.war")) {
            List<String> names = war.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(CLASSES) && name.endsWith(".class"))
                    .map(name -> name.substring(CLASSES.length(), name.length() - ".class".length())
                            .replace('/', '.'))
                    .toList();
            for (String name : names) {
                classes.add(Class.forName(name, false, OpenApiIT.class.getClassLoader()));
            }
        }
        return classes;
    }
}

package dev.seckill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The API's own document, {@code openapi.yaml}: its operations with their examples, and whether a body is as it says. Knows as
 * much of OpenAPI as that document uses; the unknown is an error, not passed over.
 */
final class ApiDocument {
    private static final Path FILE = Path.of("src/main/resources/META-INF/openapi.yaml");
    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");
    private static final Set<String> KNOWN = Set.of(
            "$ref",
            "type",
            "format",
            "description",
            "default",
            "required",
            "properties",
            "additionalProperties",
            "minProperties",
            "items",
            "enum",
            "pattern",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "nullable");

    private final JsonNode root;

    private ApiDocument(JsonNode root) {
        this.root = root;
    }

    static ApiDocument read() {
        try {
            return new ApiDocument(new YAMLMapper().readTree(FILE.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JsonNode root() {
        return root;
    }

    /** A method on a path, with the parameters of both. */
    record Operation(String method, String path, JsonNode node, List<JsonNode> parameters) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** An answer that an operation lists as an example, and where. */
    record Listed(String name, int status, String mediaType, JsonNode response, JsonNode schema, JsonNode value) {}

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.get("paths").properties().forEach(path -> path.getValue().properties().stream()
                .filter(entry -> METHODS.contains(entry.getKey()))
                .forEach(entry -> {
                    List<JsonNode> parameters = new ArrayList<>();
                    path.getValue().path("parameters").forEach(each -> parameters.add(resolve(each)));
                    entry.getValue().path("parameters").forEach(each -> parameters.add(resolve(each)));
                    operations.add(new Operation(
                            entry.getKey().toUpperCase(Locale.ROOT), path.getKey(), entry.getValue(), parameters));
                }));
        return operations;
    }

    /** The roles of which a caller needs one; none if it needs none. */
    Set<String> callers(Operation operation) {
        Set<String> roles = new TreeSet<>();
        operation.node().path("security").forEach(each -> each.fieldNames().forEachRemaining(roles::add));
        return roles;
    }

    /** Whether it takes no token, or one only if its caller likes. */
    boolean isForEverybody(Operation operation) {
        JsonNode security = operation.node().path("security");
        return security.isMissingNode()
                || StreamSupport.stream(security.spliterator(), false).anyMatch(JsonNode::isEmpty);
    }

    /** All examples among an operation's answers, by name; a name that is there twice is an error. */
    List<Listed> answers(Operation operation) {
        List<Listed> answers = new ArrayList<>();
        operation.node().get("responses").properties().forEach(status -> {
            JsonNode response = resolve(status.getValue());
            response.path("content").properties().forEach(content -> content.getValue()
                    .path("examples")
                    .properties()
                    .forEach(example -> answers.add(new Listed(
                            example.getKey(),
                            Integer.parseInt(status.getKey()),
                            content.getKey(),
                            response,
                            content.getValue().get("schema"),
                            resolve(example.getValue()).get("value")))));
        });
        return answers;
    }

    /** The named bodies that an operation's request lists, in their order. */
    JsonNode bodies(Operation operation) {
        return resolve(operation.node().path("requestBody")).at("/content/application~1json/examples");
    }

    JsonNode bodySchema(Operation operation) {
        return resolve(operation.node().path("requestBody")).at("/content/application~1json/schema");
    }

    /** What an operation says of an answer of this status; missing if it says nothing. */
    JsonNode answer(Operation operation, int status) {
        return resolve(operation.node().path("responses").path(Integer.toString(status)));
    }

    JsonNode header(Listed listed, String name) {
        JsonNode header = listed.response().path("headers").path(name);
        return header.isMissingNode() ? MissingNode.getInstance() : resolve(header);
    }

    /** What is wrong with a value, by a schema; empty if nothing. A field that the schema does not list is wrong too. */
    List<String> faults(JsonNode value, JsonNode schema) {
        List<String> faults = new ArrayList<>();
        check("", value, resolve(schema), faults);
        return faults;
    }

    private void check(String at, JsonNode value, JsonNode schema, List<String> faults) {
        Set<String> unknown = new TreeSet<>();
        schema.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("no idea how to check " + unknown);
        }
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        if (!isType(value, schema.path("type").asText())) {
            faults.add(at + " is not of type " + schema.path("type").asText() + ": " + value);
            return;
        }
        JsonNode allowed = schema.path("enum");
        if (allowed.isArray() && !contains(allowed, value)) {
            faults.add(at + " is none of " + allowed + ": " + value);
        }
        switch (schema.path("type").asText()) {
            case "object" -> checkFields(at, value, schema, faults);
            case "array" -> {
                for (int i = 0; i < value.size(); i++) {
                    check(at + "/" + i, value.get(i), resolve(schema.get("items")), faults);
                }
            }
            case "string" -> checkText(at, value.asText(), schema, faults);
            case "integer" -> {
                if ((schema.has("minimum")
                                && value.asLong() < schema.get("minimum").asLong())
                        || (schema.has("maximum")
                                && value.asLong() > schema.get("maximum").asLong())) {
                    faults.add(at + " is out of bounds: " + value);
                }
            }
            default -> {
                // nothing more to say
            }
        }
    }

    private void checkFields(String at, JsonNode value, JsonNode schema, List<String> faults) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                faults.add(at + "/" + name.asText() + " is missing");
            }
        }
        if (value.size() < schema.path("minProperties").asInt()) {
            faults.add(at + " has too few fields");
        }
        value.properties().forEach(field -> {
            JsonNode named = schema.path("properties").path(field.getKey());
            JsonNode fieldSchema = named.isMissingNode() ? schema.path("additionalProperties") : named;
            if (!fieldSchema.isObject()) {
                faults.add(at + "/" + field.getKey() + " is not in the document");
            } else {
                check(at + "/" + field.getKey(), field.getValue(), resolve(fieldSchema), faults);
            }
        });
    }

    private static void checkText(String at, String text, JsonNode schema, List<String> faults) {
        if (schema.has("pattern")
                && !Pattern.compile(schema.get("pattern").asText())
                        .matcher(text)
                        .find()) {
            faults.add(at + " does not match: " + text);
        }
        if (text.length() < schema.path("minLength").asInt()
                || text.length() > schema.path("maxLength").asInt(Integer.MAX_VALUE)) {
            faults.add(at + " is too short or too long: " + text);
        }
        try {
            switch (schema.path("format").asText()) {
                case "date-time" -> OffsetDateTime.parse(text);
                case "duration" -> Duration.parse(text);
                case "" -> {
                    // any text
                }
                default -> throw new IllegalStateException("no idea how to check " + schema.get("format"));
            }
        } catch (DateTimeException e) {
            faults.add(at + " is no " + schema.get("format").asText() + ": " + text);
        }
    }

    private static boolean isType(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.canConvertToExactIntegral();
            case "boolean" -> value.isBoolean();
            default -> throw new IllegalStateException("no idea how to check the type " + type);
        };
    }

    private static boolean contains(JsonNode array, JsonNode value) {
        for (JsonNode each : array) {
            if (each.asText().equals(value.asText())) {
                return true;
            }
        }
        return false;
    }

    JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** What a parameter sends in the example of that name. */
    static Optional<String> sent(JsonNode parameter, String example) {
        if (parameter.has("example")) {
            return Optional.of(parameter.get("example").asText());
        }
        JsonNode named = parameter.path("examples").path(example);
        return named.isMissingNode()
                ? Optional.empty()
                : Optional.of(named.get("value").asText());
    }

    /** Names of all examples of requests, of parameters and bodies. */
    Set<String> requestExamples() {
        Set<String> names = new TreeSet<>();
        for (Operation operation : operations()) {
            bodies(operation).fieldNames().forEachRemaining(name -> names.add(operation.path() + " " + name));
            for (JsonNode parameter : operation.parameters()) {
                Iterator<Map.Entry<String, JsonNode>> examples =
                        parameter.path("examples").properties().iterator();
                examples.forEachRemaining(each -> names.add(operation.path() + " " + each.getKey()));
            }
        }
        return names;
    }
}

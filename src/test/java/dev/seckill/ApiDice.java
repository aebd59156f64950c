package dev.seckill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.seckill.ApiDocument.Operation;
import dev.seckill.Shot.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Throws requests to the API that its document describes: most are as it says but for one thing, some are as it says, and
 * some are odd in many ways. The same seed throws the same requests, as long as it is told the same.
 */
final class ApiDice {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> METHODS = List.of(
            "GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "GETT", "X-Y.Z");
    private static final List<String> MEDIA_TYPES = List.of(
            "application/json;charset=UTF-8",
            "application/json; charset=utf-16",
            "application/json;charset=no-such",
            "APPLICATION/JSON",
            "application/merge-patch+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "text/plain",
            "application/jsonx",
            "json",
            "/",
            ";",
            "application/json;;;=",
            "*/*",
            "");
    private static final List<String> ACCEPTED = List.of(
            "*/*",
            "application/json",
            "application/*;q=0.5, text/html",
            "text/html",
            "application/problem+json",
            "application/json;q=0",
            "application/json;q=2",
            "nonsense",
            ",,,",
            "");
    private static final List<String> ODD_TEXTS = List.of(
            "",
            " ",
            "%",
            "%zz",
            "%00",
            "%0d%0aX-Odd:%201",
            "%2F",
            "%2e%2e%2f",
            "..",
            "%c0%af",
            "%ff",
            "%e2%82%ac",
            ";x=1",
            "a;b",
            "a,b",
            "'\"<>",
            "\"\"",
            "null",
            "-1",
            "0",
            "9223372036854775807",
            "9223372036854775808",
            "1e400",
            "\u00fc",
            "\t",
            "{}",
            "$$",
            "{{7*7}}",
            "a".repeat(41),
            "a".repeat(65),
            "a".repeat(2_000));
    private static final List<String> ODD_JSON = List.of(
            "null",
            "true",
            "\"\"",
            "\"1\"",
            "[]",
            "{}",
            "[1]",
            "{\"a\":{\"a\":1}}",
            "0",
            "-1",
            "-0",
            "1.5",
            "1.0",
            "1e2",
            "1e400",
            "1e-400",
            "1e999999999",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
            "1" + "0".repeat(1_500),
            "0.1" + "0".repeat(1_500) + "1",
            "[".repeat(900) + "]".repeat(900),
            "[".repeat(3_000) + "]".repeat(3_000),
            "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000),
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"" + "x".repeat(3_000) + "\"",
            "NaN",
            "01",
            "'1'",
            "nul");

    private final ApiDocument document;
    private final SplittableRandom random;
    private final List<Operation> operations;
    /** Values that mean something, by the parameter's or field's name, or that after "METHOD ". */
    private final Map<String, List<String>> known;

    ApiDice(ApiDocument document, long seed, Map<String, List<String>> known) {
        this.document = document;
        this.random = new SplittableRandom(seed);
        this.operations = document.operations();
        this.known = known;
    }

    Shot next() {
        Operation operation = pick(operations);
        int oddities = chance(20) ? 0 : chance(80) ? 1 : 2 + random.nextInt(4);
        Set<Part> odd = EnumSet.noneOf(Part.class);
        for (int i = 0; i < oddities; i++) {
            odd.add(Part.ALL.get(random.nextInt(Part.ALL.size())));
        }
        String method = odd.contains(Part.METHOD) ? pick(METHODS) : operation.method();
        List<Header> headers = headers(operation, odd);
        boolean reads = !document.bodySchema(operation).isMissingNode();
        String body = reads || (odd.contains(Part.BODY) && chance(50))
                ? new String(body(operation, odd.contains(Part.BODY)), StandardCharsets.ISO_8859_1)
                : null;
        if (body != null || chance(2)) {
            String type = odd.contains(Part.MEDIA_TYPE) ? pick(MEDIA_TYPES) : "application/json";
            if (!type.isEmpty()) {
                headers.add(new Header("Content-Type", type));
            }
        }
        int chunks = odd.contains(Part.CHUNKS) ? 1 + random.nextInt(chance(50) ? 3 : 5_000) : 0;
        boolean arrives = method.equals(operation.method()) && !odd.contains(Part.PATH) && (reads || body == null);
        return new Shot(
                arrives ? Optional.of(operation) : Optional.empty(),
                method,
                path(operation, odd.contains(Part.PATH)) + query(operation, odd.contains(Part.QUERY)),
                headers,
                body,
                chunks);
    }

    /** What can be odd about a request. */
    private enum Part {
        METHOD,
        PATH,
        QUERY,
        HEADERS,
        MEDIA_TYPE,
        ACCEPT,
        CHUNKS,
        BODY;

        private static final List<Part> ALL = List.of(values());
    }

    private String path(Operation operation, boolean odd) {
        String path = operation.path();
        for (JsonNode parameter : operation.parameters()) {
            if (parameter.path("in").asText().equals("path")) {
                String value = odd && chance(70) ? oddText(valid(operation, parameter)) : valid(operation, parameter);
                path = path.replace("{" + parameter.path("name").asText() + "}", encoded(value));
            }
        }
        if (odd && chance(30)) {
            return switch (random.nextInt(8)) {
                case 0 -> path + "/";
                case 1 -> "/" + path;
                case 2 -> path.replaceFirst("/api", "/api/.");
                case 3 -> path.replaceFirst("/api", "/x/../api");
                case 4 -> path + ";jsessionid=1";
                case 5 -> path + "/" + pick(ODD_TEXTS).replaceAll("[^!-~]", "_");
                case 6 -> "http://node" + path;
                default -> path.toUpperCase(Locale.ROOT);
            };
        }
        return path;
    }

    /** What would end the request line earlier is written in percent; the rest as it is, right or wrong. */
    private static String encoded(String value) {
        return value.replace(" ", "%20")
                .replace("\t", "%09")
                .replace("?", "%3F")
                .replace("#", "%23");
    }

    private String query(Operation operation, boolean odd) {
        List<String> pairs = new ArrayList<>();
        for (JsonNode parameter : operation.parameters()) {
            if (parameter.path("in").asText().equals("query") && (odd || chance(30))) {
                String name = parameter.path("name").asText();
                String value = valid(operation, parameter);
                pairs.add(name + "=" + encoded(odd ? oddText(value) : value));
            }
        }
        if (odd && (pairs.isEmpty() || chance(20))) {
            pairs.add(pick(List.of("a=b", "a", "=", "&&", "%zz=1", "a=%", "a[]=1", "x=" + "y".repeat(3_000))));
        }
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    private List<Header> headers(Operation operation, Set<Part> odd) {
        List<Header> headers = new ArrayList<>();
        List<Header> right = new ArrayList<>();
        for (JsonNode parameter : operation.parameters()) {
            if (parameter.path("in").asText().equals("header")
                    && (parameter.path("required").asBoolean() || chance(50))) {
                right.add(new Header(parameter.path("name").asText(), valid(operation, parameter)));
            }
        }
        List<String> roles = new ArrayList<>();
        operation.node().path("security").forEach(each -> each.fieldNames().forEachRemaining(roles::add));
        boolean mayBeUnnamed = operation.node().path("security").path(0).isEmpty();
        if (!roles.isEmpty() && !(mayBeUnnamed && chance(50))) {
            right.add(new Header("Authorization", pick(known.get(chance(90) ? pick(roles) : "nobody"))));
        }
        int victim = odd.contains(Part.HEADERS) && !right.isEmpty() ? random.nextInt(right.size()) : -1;
        for (int i = 0; i < right.size(); i++) {
            Header header = right.get(i);
            if (i != victim) {
                headers.add(header);
            } else if (chance(50)) {
                headers.add(new Header(header.name(), oddText(header.value()).replaceAll("[\r\n]", "")));
            } else if (chance(50)) {
                headers.add(header);
                headers.add(header);
            }
        }
        if (odd.contains(Part.ACCEPT)) {
            headers.add(new Header("Accept", pick(ACCEPTED)));
        }
        if (odd.contains(Part.HEADERS) && chance(40)) {
            headers.add(pick(List.of(
                    new Header("Expect", "100-continue"),
                    new Header("X-HTTP-Method-Override", "DELETE"),
                    new Header("X-Forwarded-For", "1.2.3.4, nonsense"),
                    new Header("Content-Encoding", "gzip"),
                    new Header("Range", "bytes=0-1"),
                    new Header("Cookie", "a=\"; b=c;;="),
                    new Header("Accept-Language", "\u00e9,,;q=x"),
                    new Header("If-None-Match", "*"),
                    new Header("Forwarded", "for=\"_x\""))));
        }
        return headers;
    }

    private byte[] body(Operation operation, boolean odd) {
        JsonNode schema = document.bodySchema(operation);
        JsonNode value = schema.isMissingNode() ? JSON.objectNode() : value(operation, "", schema);
        if (!odd) {
            return value.toString().getBytes(StandardCharsets.UTF_8);
        }
        if (value instanceof ObjectNode object && chance(70)) {
            spoil(object);
        }
        byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
        return chance(60) ? bytes : garbled(bytes);
    }

    /** One field too many, too few, or of an odd value, somewhere in it. */
    private void spoil(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        String name = names.isEmpty() ? "a" : pick(names);
        if (object.get(name) instanceof ObjectNode inner && chance(50)) {
            spoil(inner);
            return;
        }
        switch (random.nextInt(3)) {
            case 0 -> object.remove(name);
            case 1 ->
                object.set(
                        pick(List.of("unknown", "", "__proto__", "Quantity", "@type", "\u0000")), JSON.numberNode(1));
            default -> object.putRawValue(name, new RawValue(pick(ODD_JSON)));
        }
    }

    private byte[] garbled(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        return switch (random.nextInt(9)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> with(bytes, at, new byte[] {(byte) random.nextInt(256)});
            case 2 -> with(bytes, bytes.length, bytes);
            case 3 -> with(bytes, 0, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});
            case 4 -> new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16);
            case 5 ->
                with(
                        bytes,
                        at,
                        " ".repeat(8_192 - bytes.length + random.nextInt(3)).getBytes(StandardCharsets.UTF_8));
            case 6 -> with(bytes, at, new byte[] {(byte) 0xc0, (byte) 0xaf});
            case 7 -> pick(ODD_JSON).getBytes(StandardCharsets.UTF_8);
            default -> {
                // each field twice
                String text = new String(bytes, StandardCharsets.UTF_8);
                yield (text.substring(0, text.length() - 1) + "," + text.substring(1)).getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    private static byte[] with(byte[] bytes, int at, byte[] more) {
        byte[] all = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, all, at, more.length);
        System.arraycopy(bytes, at, all, at + more.length, bytes.length - at);
        return all;
    }

    private String valid(Operation operation, JsonNode parameter) {
        String name = parameter.path("name").asText();
        return value(operation, name, parameter.path("schema")).asText();
    }

    /** Something that the schema allows. */
    private JsonNode value(Operation operation, String name, JsonNode unresolved) {
        JsonNode schema = document.resolve(unresolved);
        List<String> values = known.getOrDefault(operation.method() + " " + name, known.get(name));
        if (values != null && !values.isEmpty()) {
            return JSON.textNode(pick(values));
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
        }
        return switch (schema.path("type").asText()) {
            case "object" -> {
                ObjectNode object = JSON.objectNode();
                List<String> required = new ArrayList<>();
                schema.path("required").forEach(each -> required.add(each.asText()));
                schema.path("properties").properties().forEach(property -> {
                    if (required.contains(property.getKey()) || chance(50)) {
                        object.set(property.getKey(), value(operation, property.getKey(), property.getValue()));
                    }
                });
                yield object;
            }
            case "array" -> JSON.arrayNode();
            case "integer" -> {
                long least = schema.path("minimum").asLong(0);
                long most = schema.path("maximum").asLong(Long.MAX_VALUE);
                yield JSON.numberNode(
                        chance(20)
                                ? most
                                : chance(50) ? least : least + random.nextLong(Math.min(most - least, 5) + 1));
            }
            case "string" -> JSON.textNode(text(schema.path("format").asText()));
            default -> throw new IllegalStateException("no idea what is a " + schema);
        };
    }

    private String text(String format) {
        return switch (format) {
            case "date-time" -> pick(List.of("2020-01-01T00:00:00Z", "2099-12-31T23:59:59.999+14:00"));
            case "duration" -> pick(List.of("PT1H", "P30D", "PT1H30M"));
            default -> pick(List.of("a", "EUR", "some-name", "0123456789012345678901"));
        };
    }

    private String oddText(String valid) {
        if (chance(60) || valid.isEmpty()) {
            return pick(ODD_TEXTS);
        }
        int at = random.nextInt(valid.length());
        return switch (random.nextInt(5)) {
            case 0 -> valid.substring(0, at) + valid.substring(at + 1);
            case 1 -> valid.substring(0, at) + pick(ODD_TEXTS) + valid.substring(at);
            case 2 -> valid + valid;
            case 3 -> valid.toUpperCase(Locale.ROOT);
            default -> valid.substring(0, at) + (char) (32 + random.nextInt(95)) + valid.substring(at + 1);
        };
    }

    private <T> T pick(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}

package dev.seckill.trial;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sale that a trial opens; one that is there already goes on. */
public record DemoSale(int tickets, Duration hold) {
    public static final String ID = "demo";
    private static final String PATH = "/api/sales/" + ID;

    /** Opens it, unless it is there; tells what is left. */
    public String open(Endpoint node, String operatorToken) {
        try {
            HttpResponse<String> answer = node.send(
                    "POST",
                    "/api/sales",
                    BodyPublishers.ofString(json()),
                    List.of("Authorization", "Bearer " + operatorToken, "Content-Type", "application/json"));
            boolean exists = answer.statusCode() == 409 && answer.body().contains("#sale-exists\"");
            if (answer.statusCode() != 201 && !exists) {
                throw refused("open the demo sale", answer);
            }
            return left(node) + (exists ? "; it goes on (--fresh starts a new one)" : "");
        } catch (IOException e) {
            throw new StartFailure("The node did not open the demo sale (" + e + "): see its log.", e);
        }
    }

    private String json() {
        return """
                {"id": "%s", "name": "Demo", "capacity": %d, "price": {"amount_minor": 5000, "currency": "EUR"},
                 "hold": "%s", "limit_per_buyer": 2}""".formatted(ID, tickets, hold);
    }

    /** What is left of it, in words. */
    public static String left(Endpoint node) throws IOException {
        HttpResponse<String> answer = node.get(PATH);
        if (answer.statusCode() != 200) {
            throw refused("show the demo sale", answer);
        }
        return number("remaining", answer.body()) + " of " + number("capacity", answer.body()) + " tickets left";
    }

    private static String number(String field, String json) {
        Matcher matcher = Pattern.compile("\"" + field + "\"\\s*:\\s*(\\d+)").matcher(json);
        return matcher.find() ? matcher.group(1) : "?";
    }

    private static StartFailure refused(String what, HttpResponse<String> answer) {
        return new StartFailure("The node refused to " + what + " (" + answer.statusCode() + "): " + answer.body());
    }
}

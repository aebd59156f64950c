package dev.seckill.http;

import dev.seckill.trade.BadInput;
import jakarta.ws.rs.core.MultivaluedMap;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What stands behind the ? of an address, read as strictly as a {@link Body}: nothing that is not known, nothing twice. */
public final class Query {
    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    /** Reads the parameters as they are decoded. */
    public static Query read(MultivaluedMap<String, String> parameters, String... allowed) {
        TreeSet<String> unknown = new TreeSet<>(parameters.keySet());
        unknown.removeAll(Arrays.asList(allowed));
        if (!unknown.isEmpty()) {
            throw new BadInput("Unknown " + unknown + "; allowed are " + new TreeSet<>(Arrays.asList(allowed)));
        }
        Map<String, String> values = new TreeMap<>();
        parameters.forEach((name, given) -> values.put(name, one(name, given)));
        return new Query(values);
    }

    private static String one(String name, List<String> given) {
        if (given.size() != 1 || given.get(0).isEmpty()) {
            throw new BadInput(name + " is given once and is not empty, or is left out.");
        }
        return given.get(0);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    public int whole(String name, int least, int most, int otherwise) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BadInput(name + " is " + least + " to " + most + ".");
    }

    /** The same with another value of one parameter, to stand behind the ? of an address. */
    public String with(String name, String value) {
        Map<String, String> changed = new TreeMap<>(values);
        changed.put(name, value);
        return changed.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}

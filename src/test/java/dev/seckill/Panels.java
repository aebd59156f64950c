package dev.seckill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the dashboards ask Prometheus. */
final class Panels {
    private static final Path DASHBOARDS = Path.of("payara-config/monitoring/grafana/dashboards");

    private Panels() {}

    /** As they stand in the files, with variables. */
    static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>();
        try (Stream<Path> boards = Files.list(DASHBOARDS)) {
            for (Path board : boards.toList()) {
                new JsonMapper()
                        .readTree(board.toFile()).findValues("expr").stream()
                                .map(JsonNode::asText)
                                .forEach(queries::add);
            }
        }
        return queries;
    }

    /** Of one sale and all nodes. */
    static List<String> queries(String sale) throws IOException {
        return queries().stream()
                .map(query -> query.replace("$sale", sale).replace("$instance", ".*"))
                .toList();
    }
}

package dev.seckill.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.seckill.ledger.Finding;
import dev.seckill.ledger.SaleAudit;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What an audit tells: each sale as soon as it is known, or one JSON document at the end. */
final class AuditReport {
    private final PrintWriter out;
    private final boolean asJson;
    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final ObjectNode document = mapper.createObjectNode();
    private final ArrayNode sales = mapper.createArrayNode();
    private int wrong;
    private String error;

    AuditReport(PrintWriter out, boolean asJson) {
        this.out = out;
        this.asJson = asJson;
    }

    void ledger(String address) {
        document.put("ledger", address);
    }

    /** That not everything could be audited; the first reason counts. */
    void fail(String reason) {
        error = error == null ? reason : error;
    }

    String error() {
        return error;
    }

    boolean anythingWrong() {
        return wrong > 0;
    }

    void add(SaleAudit audit) {
        wrong += audit.isOk() ? 0 : 1;
        sales.add(json(audit));
        if (!asJson) {
            print(audit);
        }
    }

    private ObjectNode json(SaleAudit audit) {
        ObjectNode sale = mapper.createObjectNode()
                .put("id", audit.sale().value())
                .put("state", audit.state())
                .put("epoch", audit.epoch())
                .put("seq", audit.seq());
        ObjectNode sums = sale.putObject("sums");
        audit.sums().forEach(sums::put);
        ObjectNode reservations = sale.putObject("reservations");
        audit.reservations().forEach((status, count) -> reservations.put(status.name(), count));
        sale.put("compared_with", audit.comparedWith().name().toLowerCase(Locale.ROOT));
        sale.put("ok", audit.isOk());
        ArrayNode findings = sale.putArray("findings");
        for (Finding finding : audit.findings()) {
            findings.addObject()
                    .put("check", finding.check().toString())
                    .put("subject", finding.subject())
                    .put("found", finding.found())
                    .put("expected", finding.expected());
        }
        ObjectNode more = sale.putObject("more");
        audit.more().forEach((check, count) -> more.put(check.toString(), count));
        return sale;
    }

    private void print(SaleAudit audit) {
        Map<String, Long> sums = audit.sums();
        out.printf("%s  %s, epoch %d, seq %d%n", audit.sale(), audit.state(), audit.epoch(), audit.seq());
        out.printf(
                "  capacity %d: remaining %d, returning %d, reserved %d, sold %d%n",
                sums.get("capacity"),
                sums.get("remaining"),
                sums.get("returning"),
                sums.get("reserved"),
                sums.get("sold"));
        if (!audit.reservations().isEmpty()) {
            out.println("  reservations: "
                    + audit.reservations().entrySet().stream()
                            .map(each -> each.getValue() + " " + each.getKey())
                            .collect(Collectors.joining(", ")));
        }
        audit.findings().forEach(finding -> out.println("  WRONG " + finding));
        audit.more().forEach((check, count) -> out.printf("  WRONG %s: %d more%n", check, count));
        out.println(
                audit.isOk()
                        ? "  OK"
                        : "  compared with " + json(audit).get("compared_with").asText());
        out.flush();
    }

    void end() {
        if (asJson) {
            document.put("ok", wrong == 0 && error == null).put("error", error).set("sales", sales);
            try {
                out.println(mapper.writeValueAsString(document));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        } else if (sales.size() != 1 && error == null) {
            out.println(sales.size() + " sales, " + wrong + " wrong");
        }
        out.flush();
    }
}

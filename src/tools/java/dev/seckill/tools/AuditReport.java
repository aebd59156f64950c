package dev.seckill.tools;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.seckill.ledger.Check;
import dev.seckill.ledger.Finding;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.ledger.SaleAudit.ComparedWith;
import dev.seckill.order.OrderAudit;
import dev.seckill.trade.ReservationStatus;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an audit tells: each sale as soon as it is known, or one JSON document at the end. */
final class AuditReport {
    private final PrintWriter out;
    private final boolean asJson;
    private final ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final ObjectNode document = mapper.createObjectNode();
    private final ArrayNode sales = mapper.createArrayNode();
    private int audited;
    private int wrong;
    private String error;

    AuditReport(PrintWriter out, boolean asJson) {
        this.out = out;
        this.asJson = asJson;
    }

    void about(String ledger, Optional<String> database) {
        document.put("ledger", ledger).put("database", database.orElse(null));
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

    /** Without orders if they were not looked at. */
    void add(SaleAudit audit, Optional<OrderAudit> orders) {
        boolean isOk = audit.isOk() && orders.map(OrderAudit::isOk).orElse(true);
        audited++;
        wrong += isOk ? 0 : 1;
        if (asJson) {
            sales.add(json(audit, orders, isOk));
        } else {
            print(audit, orders, isOk);
        }
    }

    private ObjectNode json(SaleAudit audit, Optional<OrderAudit> orders, boolean isOk) {
        ObjectNode sale = mapper.createObjectNode()
                .put("id", audit.sale().value())
                .put("state", audit.state())
                .put("epoch", audit.epoch())
                .put("seq", audit.seq());
        ObjectNode sums = sale.putObject("sums");
        audit.sums().forEach(sums::put);
        ObjectNode reservations = sale.putObject("reservations");
        audit.reservations().forEach((status, count) -> reservations.put(status.name(), count));
        sale.put("compared_with", told(audit.comparedWith()));
        sale.set("orders", orders.map(this::json).orElse(null));
        sale.put("ok", isOk);
        ArrayNode findings = sale.putArray("findings");
        for (Finding finding : findings(audit, orders)) {
            findings.addObject()
                    .put("check", finding.check().toString())
                    .put("subject", finding.subject())
                    .put("found", finding.found())
                    .put("expected", finding.expected());
        }
        ObjectNode more = sale.putObject("more");
        more(audit, orders).forEach((check, count) -> more.put(check.toString(), count));
        return sale;
    }

    private ObjectNode json(OrderAudit audit) {
        ObjectNode orders = mapper.createObjectNode()
                .put("epoch", audit.written().epoch())
                .put("seq", audit.written().seq())
                .put("behind", audit.behind())
                .put("kept_aside", audit.keptAside())
                .put("finished", audit.isFinished())
                .put("compared_with", told(audit.isCompared() ? ComparedWith.MOVEMENTS : ComparedWith.NOTHING));
        audit.orders().forEach((status, count) -> orders.put(status.name(), count));
        return orders;
    }

    private static String told(ComparedWith comparedWith) {
        return comparedWith.name().toLowerCase(Locale.ROOT);
    }

    private static List<Finding> findings(SaleAudit audit, Optional<OrderAudit> orders) {
        List<Finding> all = new ArrayList<>(audit.findings());
        orders.ifPresent(each -> all.addAll(each.findings()));
        return all;
    }

    private static Map<Check, Integer> more(SaleAudit audit, Optional<OrderAudit> orders) {
        Map<Check, Integer> all = new EnumMap<>(Check.class);
        all.putAll(audit.more());
        orders.ifPresent(each -> each.more().forEach((check, count) -> all.merge(check, count, Integer::sum)));
        return all;
    }

    private void print(SaleAudit audit, Optional<OrderAudit> orders, boolean isOk) {
        Map<String, Long> sums = audit.sums();
        out.printf("%s  %s, epoch %d, seq %d%n", audit.sale(), audit.state(), audit.epoch(), audit.seq());
        if (!sums.isEmpty()) {
            out.printf(
                    "  capacity %d: remaining %d, returning %d, reserved %d, sold %d%n",
                    sums.get("capacity"),
                    sums.get("remaining"),
                    sums.get("returning"),
                    sums.get("reserved"),
                    sums.get("sold"));
        }
        if (!audit.reservations().isEmpty()) {
            out.println("  reservations: " + told(audit.reservations()));
        }
        orders.ifPresentOrElse(this::print, () -> out.println("  orders: not looked at, as no database is named"));
        findings(audit, orders).forEach(finding -> out.println("  WRONG " + finding));
        more(audit, orders).forEach((check, count) -> out.printf("  WRONG %s: %d more%n", check, count));
        out.println(isOk ? "  OK" : "  compared with " + told(audit.comparedWith()));
        out.flush();
    }

    private void print(OrderAudit audit) {
        out.printf(
                "  orders: %s; written to %s, %d movements behind, %d kept aside%s%s%n",
                audit.orders().isEmpty() ? "none" : told(audit.orders()),
                audit.written(),
                audit.behind(),
                audit.keptAside(),
                audit.isFinished() ? ", finished" : "",
                audit.isCompared() ? "" : ", compared with nothing");
    }

    private static String told(Map<ReservationStatus, Long> counts) {
        return counts.entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }

    void end() {
        if (asJson) {
            document.put("ok", wrong == 0 && error == null).put("error", error).set("sales", sales);
            try {
                out.println(mapper.writeValueAsString(document));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        } else if (audited != 1 && error == null) {
            out.println(audited + " sales, " + wrong + " wrong");
        }
        out.flush();
    }
}

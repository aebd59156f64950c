package dev.seckill.tools;

import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.order.NoOrders;
import dev.seckill.order.OrderAuditor;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Audits sales and says what is wrong with them, in the ledger and in the database, while they sell or after. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/audit [OPTION...] [SALE...]",
        description = {
            "Checks everything that must be true of a sale, from its ledger and its orders alone, and says OK or what is"
                    + " wrong. In the ledger: the sums, the history without a gap or an impossible step, that the stock,"
                    + " every reservation and buyer's count are what the history makes of them, and that expiry has passed"
                    + " nothing over. In the database: that it has the same history up to where it stands, that every"
                    + " order and the sale's row are what that makes of them, and that nothing had to be kept aside. It"
                    + " only reads, a little at a time; the sale may go on meanwhile.%n"
        },
        footerHeading = "%nWith --json:%n",
        footer = {
            "  {\"ledger\": ADDRESS, \"database\": null or ADDRESS, \"ok\": BOOLEAN,",
            "   \"error\": null or why not all could be audited,",
            "   \"sales\": [{",
            "     \"id\", \"state\", \"epoch\", \"seq\",",
            "     \"sums\": {\"capacity\", \"remaining\", \"returning\", \"reserved\", \"sold\"},",
            "     \"reservations\": {STATUS: how many},",
            "     \"compared_with\": \"movements\", \"records\" or \"nothing\",",
            "     \"orders\": null if they were not looked at, or {\"epoch\", \"seq\", \"behind\", \"kept_aside\",",
            "                \"finished\", \"compared_with\": \"movements\" or \"nothing\", STATUS: how many},",
            "     \"ok\": BOOLEAN,",
            "     \"findings\": [{\"check\", \"subject\", \"found\", \"expected\"}],",
            "     \"more\": {CHECK: how many are not among the findings}}]}",
            "The first 20 findings of each check are shown. A broken history can't tell what should be: a sale that"
                    + " stands still is then compared with its own reservations (records), one that goes on with"
                    + " nothing. Movements that the database does not have yet (behind) are no finding. An audit takes"
                    + " about 400 bytes of memory for each reservation."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is right",
            "1:something is wrong with a sale",
            "2:wrong usage",
            "3:could not be audited",
            "130:stopped by Ctrl-C"
        },
        exitCodeOnExecutionException = Audit.NOT_AUDITED)
final class Audit implements Callable<Integer> {
    static final int WRONG = 1;
    static final int NOT_AUDITED = 3;

    @Parameters(paramLabel = "SALE", description = "Sales to audit (all there are).")
    private List<String> names = List.of();

    @Mixin
    private Where where;

    @Option(names = "--json", description = "One JSON document instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<SaleId> sales = parseSales();
        AuditReport report = new AuditReport(spec.commandLine().getOut(), json);
        try (StopSignal signal = StopSignal.open(() -> {})) {
            try (LedgerAddress ledger = where.ledger();
                    DatabaseAddress database = where.database()) {
                audit(ledger.address(), Optional.ofNullable(database), sales, report);
            } catch (StartFailure | LedgerAway | NoOrders | BadInput e) {
                report.fail(e.getMessage());
            } catch (OutOfMemoryError e) {
                report.fail("A sale is too large for this JVM's memory: JAVA_TOOL_OPTIONS=-Xmx4g gives it 4 GB.");
            }
            if (signal.isGiven()) {
                return 0;
            }
        }
        report.end();
        if (report.error() != null) {
            err(report.error());
        }
        return report.anythingWrong() ? WRONG : report.error() == null ? 0 : NOT_AUDITED;
    }

    private List<SaleId> parseSales() {
        try {
            where.check();
            return names.stream().map(SaleId::new).toList();
        } catch (BadInput e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void audit(String address, Optional<DatabaseAddress> database, List<SaleId> named, AuditReport report) {
        report.about(address, database.map(DatabaseAddress::url));
        Optional<OrderAuditor> orders =
                database.map(each -> OrderAuditor.of(each.url(), each.user(), each.password(), this::err));
        try (Auditor auditor = Auditor.open(address, Where.ledgerUsername(), Where.ledgerPassword(), this::err)) {
            Set<SaleId> known = new LinkedHashSet<>(auditor.sales());
            orders.map(OrderAuditor::sales).ifPresent(known::addAll);
            for (SaleId sale : named.isEmpty() ? known : named) {
                Optional<SaleAudit> audited = auditor.audit(sale)
                        .or(() -> known.contains(sale) ? Optional.of(SaleAudit.gone(sale)) : Optional.empty());
                if (audited.isPresent()) {
                    report.add(audited.get(), orders.map(each -> each.audit(sale, auditor)));
                } else {
                    report.fail("There is no sale " + sale + " in the ledger at " + address + ": " + known + " are.");
                }
            }
        }
    }

    private void err(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}

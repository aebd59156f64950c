package dev.seckill.tools;

import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.SaleAudit;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Audits sales and says what is wrong with them, from the ledger alone, while they sell or after. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/audit [OPTION...] [SALE...]",
        description = {
            "Checks everything that must be true of a sale, from its ledger alone, and says OK or what is wrong: the"
                    + " sums, the history without a gap or an impossible step, that the stock, every reservation and"
                    + " buyer's count are what the history makes of them, and that expiry has passed nothing over. It"
                    + " only reads, a little at a time; the sale may go on meanwhile.%n"
        },
        footerHeading = "%nWith --json:%n",
        footer = {
            "  {\"ledger\": ADDRESS, \"ok\": BOOLEAN,",
            "   \"error\": null or why not all could be audited,",
            "   \"sales\": [{",
            "     \"id\", \"state\", \"epoch\", \"seq\",",
            "     \"sums\": {\"capacity\", \"remaining\", \"returning\", \"reserved\", \"sold\"},",
            "     \"reservations\": {STATUS: how many},",
            "     \"compared_with\": \"movements\", \"records\" or \"nothing\",",
            "     \"ok\": BOOLEAN,",
            "     \"findings\": [{\"check\", \"subject\", \"found\", \"expected\"}],",
            "     \"more\": {CHECK: how many are not among the findings}}]}",
            "The first 20 findings of each check are shown. A broken history can't tell what should be: a sale that"
                    + " stands still is then compared with its own reservations (records), one that goes on with"
                    + " nothing."
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

    @Option(
            names = "--data",
            defaultValue = "${sys:seckill.home}/data",
            paramLabel = "FOLDER",
            description = "Data folder of scripts/run (${DEFAULT-VALUE}); of one that is stopped, a copy is audited.")
    private Path dataFolder;

    @Option(
            names = "--redis",
            paramLabel = "redis://HOST:PORT",
            description = "A running Redis instead; SECKILL_LEDGER_USERNAME and SECKILL_LEDGER_PASSWORD as for a node.")
    private String redisAddress;

    @Option(names = "--json", description = "One JSON document instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<SaleId> sales = parseSales();
        AuditReport report = new AuditReport(spec.commandLine().getOut(), json);
        try (StopSignal signal = StopSignal.open(() -> {})) {
            try (LedgerAddress ledger = ledger()) {
                audit(ledger.address(), sales, report);
            } catch (StartFailure | LedgerAway e) {
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
            if (redisAddress != null && !redisAddress.matches("rediss?://[^/@]+:\\d+")) {
                throw new BadInput("--redis is redis://HOST:PORT or rediss://HOST:PORT, not " + redisAddress);
            }
            return names.stream().map(SaleId::new).toList();
        } catch (BadInput e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private LedgerAddress ledger() {
        if (redisAddress != null) {
            return LedgerAddress.running(redisAddress);
        }
        Path settings = Path.of(System.getProperty("seckill.home")).resolve("payara-config/redis.conf");
        return LedgerAddress.of(dataFolder.toAbsolutePath().normalize(), settings);
    }

    private void audit(String address, List<SaleId> named, AuditReport report) {
        report.ledger(address);
        try (Auditor auditor = Auditor.open(
                address, environment("SECKILL_LEDGER_USERNAME"), environment("SECKILL_LEDGER_PASSWORD"), this::err)) {
            for (SaleId sale : named.isEmpty() ? auditor.sales() : named) {
                Optional<SaleAudit> audited = auditor.audit(sale);
                audited.ifPresent(report::add);
                if (audited.isEmpty() && !named.isEmpty()) {
                    report.fail("There is no sale " + sale + " in the ledger at " + address + ": " + auditor.sales()
                            + " are.");
                }
            }
        }
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
    }

    private void err(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}

package dev.seckill.tools;

import dev.seckill.database.DatabaseAway;
import dev.seckill.ledger.Auditor;
import dev.seckill.ledger.LedgerAway;
import dev.seckill.ledger.LostLedger;
import dev.seckill.ledger.Progress;
import dev.seckill.order.NoOrders;
import dev.seckill.order.Written;
import dev.seckill.trade.BadInput;
import dev.seckill.trade.Operator;
import dev.seckill.trade.SaleId;
import dev.seckill.trial.StartFailure;
import dev.seckill.trial.StopSignal;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.redisson.client.RedisException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Rebuilds sales that their ledger has lost. */
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        customSynopsis = "scripts/rebuild [OPTION...] [SALE...]",
        description = {
            "Rebuilds sales of a Redis that has lost its data, or the end of it: an empty one, an old copy that was put back,"
                    + " a replica that was some writes behind. Nodes refuse to sell on such a ledger and answer BUSY; they"
                    + " go on by themselves when this is done. Everything that the ledger or the database still knows is"
                    + " there again. Tickets that nodes have seen taken, and nothing tells by whom, are held back for a hold"
                    + " time. A sale that is in service is left alone, and one that could not be finished is begun again.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no sale is lost any more",
            "1:a sale is rebuilt and wrong; it stays out of service",
            "2:wrong usage",
            "3:a sale could not be rebuilt",
            "130:stopped by Ctrl-C; run it again"
        },
        exitCodeOnExecutionException = Rebuild.NOT_REBUILT)
final class Rebuild implements Callable<Integer> {
    static final int WRONG = 1;
    static final int NOT_REBUILT = 3;

    @Parameters(paramLabel = "SALE", description = "Sales to rebuild (all that are lost).")
    private List<String> names = List.of();

    @Mixin
    private Where where;

    @Option(
            names = "--dry-run",
            description = "Say what is lost, and change nothing but that nodes are asked what they have seen.")
    private boolean dryRun;

    @Option(
            names = "--patience",
            defaultValue = "PT5S",
            paramLabel = "DURATION",
            description = "For nodes to say how far they have seen (${DEFAULT-VALUE}; at most PT10M).")
    private Duration patience;

    @Option(names = "--without-nodes", description = "Go on if no node says so: what is written nowhere is sold again.")
    private boolean withoutNodes;

    @Option(
            names = "--from-database",
            description = "Leave out what only the ledger has: its movements are damaged, or of another history.")
    private boolean fromDatabase;

    @Option(
            names = "--operator",
            defaultValue = "${sys:user.name}",
            paramLabel = "NAME",
            description = "Who does it, for the operators' actions (${DEFAULT-VALUE}).")
    private String operator;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<SaleId> sales = parse();
        try (StopSignal signal = StopSignal.open(() -> {})) {
            try (DatabaseAddress database = where.runningDatabase()) {
                return rebuild(where.runningLedger(), Optional.ofNullable(database), sales);
            } catch (StartFailure | LedgerAway | NoOrders | BadInput e) {
                return fail(signal, e.getMessage());
            } catch (DatabaseAway e) {
                return fail(signal, "The database does not answer (" + e.getMessage() + ").");
            } catch (RedisException e) {
                // The rest is Redisson's: the connection, and the whole script.
                String reason = e.getMessage().split("\\. channel: ", 2)[0];
                return fail(signal, "The ledger does not answer (" + reason + "). Run it again.");
            }
        }
    }

    private int fail(StopSignal signal, String reason) {
        if (signal.isGiven()) {
            return 0;
        }
        spec.commandLine().getErr().println(reason);
        return NOT_REBUILT;
    }

    private List<SaleId> parse() {
        try {
            where.check();
            where.checkDatabaseIsNamed();
            new Operator(operator);
            if (patience.isNegative() || patience.compareTo(Duration.ofMinutes(10)) > 0) {
                throw new BadInput("--patience is between PT0S and PT10M, not " + patience);
            }
            return names.stream().map(SaleId::new).toList();
        } catch (BadInput e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private int rebuild(String address, Optional<DatabaseAddress> database, List<SaleId> named) {
        Optional<Written> written = database.map(each -> Written.at(each.url(), each.user(), each.password()));
        if (fromDatabase && written.isEmpty()) {
            throw new BadInput("--from-database needs a database.");
        }
        Progress progress = new Progress(this::err);
        long heardByNanos = System.nanoTime() + patience.toNanos();
        boolean isWrong = false;
        boolean isLeft = false;
        try (LostLedger ledger = LostLedger.open(address, Where.ledgerUsername(), Where.ledgerPassword());
                Auditor auditor = Auditor.open(address, Where.ledgerUsername(), Where.ledgerPassword(), this::err)) {
            Set<SaleId> sales = new LinkedHashSet<>(named);
            if (named.isEmpty()) {
                sales.addAll(ledger.sales());
                written.ifPresent(each -> sales.addAll(each.sales()));
            }
            for (SaleId sale : sales) {
                SaleRebuild rebuild = new SaleRebuild(
                        sale,
                        ledger.sale(sale),
                        written,
                        auditor,
                        new SaleRebuild.Terms(heardByNanos, withoutNodes, fromDatabase, dryRun, operator),
                        line -> out(sale + "  " + line),
                        line -> progress.tell(() -> sale + ": " + line));
                try {
                    SaleRebuild.Result result = rebuild.run();
                    isWrong |= result == SaleRebuild.Result.WRONG;
                    isLeft |= result == SaleRebuild.Result.NONE && named.contains(sale);
                } catch (SaleRebuild.Refused | LedgerAway e) {
                    // The others must not wait for it.
                    err(sale + "  " + e.getMessage());
                    isLeft = true;
                }
            }
            if (sales.isEmpty()) {
                out("There are no sales, neither in the ledger nor in the database.");
            }
        }
        return isLeft ? NOT_REBUILT : isWrong ? WRONG : 0;
    }

    private void out(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private void err(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(line);
        err.flush();
    }
}

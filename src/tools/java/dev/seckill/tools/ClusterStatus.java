package dev.seckill.tools;

import dev.seckill.trade.Outcome;
import dev.seckill.trial.Cluster;
import dev.seckill.trial.DemoSale;
import dev.seckill.trial.Endpoint;
import dev.seckill.trial.MetricsPage;
import dev.seckill.trial.NodePlan;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows who of a cluster lives, each node's share of the demo sale, and what is left of it. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        customSynopsis = "scripts/cluster status [OPTION...]",
        description = {
            "Shows who lives, whether nginx sends it buyers, how many other nodes it knows, its share of the demo sale, what"
                    + " it has sold since it started, and what is left of the sale.%n"
        })
final class ClusterStatus implements Callable<Integer> {
    private static final String NODE = "%-11s %8s  %-16s %-11s %-7s %7s %6s %9s %9s%n";

    @ParentCommand
    private ClusterTool cluster;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Cluster running = Cluster.look(ClusterTool.home(), cluster.dataFolder());
        PrintWriter out = spec.commandLine().getOut();
        boolean all = true;
        all &= part(out, "nginx", running.nginx(), running.address().getAuthority());
        all &= part(out, "watch-nodes", running.watcher(), "");
        all &= part(out, "redis", running.redis(), running.redisAddress().replace("redis://", ""));
        all &= part(out, "postgres", running.database(), running.databaseAuthority());
        running.prometheus().ifPresent(process -> part(out, "prometheus", running.prometheus(), ""));
        out.printf("%n" + NODE, "", "process", "", "", "nginx", "members", "weight", "share", "sold");
        for (int node = 0; node < running.size(); node++) {
            all &= node(out, running, node);
        }
        out.println();
        out.println(left(new Endpoint(running.address())));
        out.flush();
        return all ? 0 : 1;
    }

    private static boolean part(PrintWriter out, String name, Optional<ProcessHandle> process, String address) {
        out.printf("%-11s %8s  %-16s %s%n", name, pid(process), address, process.isPresent() ? "runs" : "does not run");
        return process.isPresent();
    }

    private static String pid(Optional<ProcessHandle> process) {
        return process.map(each -> Long.toString(each.pid())).orElse("-");
    }

    private static boolean node(PrintWriter out, Cluster running, int node) {
        Optional<ProcessHandle> process = running.node(node);
        Endpoint endpoint = running.endpoint(node);
        boolean isIn = running.nginx().isPresent() && running.isIn(node);
        String state = "is down";
        MetricsPage metrics = MetricsPage.parse("");
        if (process.isPresent()) {
            try {
                state = endpoint.get(NodePlan.READY).statusCode() == 200 ? "is ready" : "is not ready";
                metrics = MetricsPage.of(endpoint);
            } catch (IOException e) {
                state = "is silent";
            }
        }
        out.printf(
                NODE,
                running.name(node),
                pid(process),
                endpoint.address().getAuthority(),
                state,
                isIn ? "in" : "out",
                number(metrics.value("seckill_members")),
                running.weight(node),
                number(metrics.value("seckill_local_stock", Map.of("sale", DemoSale.ID))),
                number(metrics.value(
                        "seckill_purchases_total", Map.of("sale", DemoSale.ID, "outcome", Outcome.RESERVED.name()))));
        return isIn && state.equals("is ready");
    }

    /** A whole one, or a dash. */
    private static String number(OptionalDouble metric) {
        return metric.isPresent() ? Long.toString((long) metric.getAsDouble()) : "-";
    }

    private static String left(Endpoint nginx) {
        try {
            return DemoSale.ID + ": " + DemoSale.left(nginx);
        } catch (StartFailure e) {
            return e.getMessage();
        } catch (IOException e) {
            return "The demo sale can't be seen: nginx does not answer (" + e + ").";
        }
    }
}

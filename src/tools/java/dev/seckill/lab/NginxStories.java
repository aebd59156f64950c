package dev.seckill.lab;

import dev.seckill.trial.Cluster;
import dev.seckill.trial.MetricsPage;
import dev.seckill.trial.StartFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Of nginx, and of the nodes behind it. */
final class NginxStories {
    private static final Duration WHOLE = Duration.ofSeconds(60);

    /** A node takes about 10 s to start, and is let in when it was found ready for some seconds. */
    private static final Duration NODE_BACK = Duration.ofMinutes(2);

    private static final Duration SPLIT = Duration.ofSeconds(8);
    private static final int TENTHS = 10;

    /**
     * Part of all. Each nginx counts for itself, and begins anew when a node is taken out or let in: while nothing else happens the
     * two of them are off by two purchases of 400.
     */
    private static final double OFF = 0.05;

    private static final String NGINX_A = "10.20.0.21";
    private static final String NGINX_B = "10.20.0.22";
    private static final int HEAVIEST = 3;

    private NginxStories() {}

    static void split(Scene scene) {
        Cluster nodes = scene.lab().cluster();
        List<Long> before = sold(nodes);

        scene.buyers().awaitGood(SPLIT);

        List<Long> after = sold(nodes);
        List<Long> sold = IntStream.range(0, nodes.size())
                .mapToObj(node -> after.get(node) - before.get(node))
                .toList();
        long all = sold.stream().mapToLong(Long::longValue).sum();
        scene.note("sold %s of %d".formatted(sold, all));
        scene.expect(all > SPLIT.toSeconds(), "the nodes count what they sell", sold);
        for (int node = 0; node < nodes.size(); node++) {
            double part = (double) all * nodes.weight(node) / TENTHS;
            scene.expect(
                    Math.abs(sold.get(node) - part) <= OFF * all,
                    "the node of weight %d sells %.0f of %d, give or take %.0f"
                            .formatted(nodes.weight(node), part, all, OFF * all),
                    sold);
        }
    }

    private static List<Long> sold(Cluster nodes) {
        return IntStream.range(0, nodes.size())
                .mapToObj(node -> {
                    try {
                        return (long) MetricsPage.of(nodes.endpoint(node))
                                .value("seckill_purchases_total", Map.of("outcome", "RESERVED"))
                                .orElse(0);
                    } catch (IOException e) {
                        throw new StartFailure("The metrics of " + nodes.name(node) + " can't be read (" + e + ").", e);
                    }
                })
                .toList();
    }

    static void nginx(Scene scene) {
        scene.cut(Bound.outage(Promised.REFUSING_SERVER), () -> scene.lab().kill("nginx-a"), () -> scene.lab()
                .start("nginx-a"));
        awaitServers(scene, "both directors have left it", Promised.REFUSING_SERVER, Set.of(NGINX_B));
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    static void unplugged(Scene scene) {
        scene.cut(
                Bound.outage(Promised.SILENT_SERVER),
                () -> scene.lab().exec(Machine.NGINX_B, "ip", "link", "set", "lan", "down"),
                () -> {
                    scene.lab().exec(Machine.NGINX_B, "ip", "link", "set", "lan", "up");
                    // which the kernel forgets with the link
                    scene.lab().exec(Machine.NGINX_B, "ip", "route", "replace", "default", "via", "10.20.0.1");
                });
        awaitServers(scene, "both directors have left it", Promised.SILENT_SERVER, Set.of(NGINX_A));
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    private static void awaitServers(Scene scene, String expected, Duration promised, Set<String> servers) {
        BooleanSupplier areLeft =
                () -> Lab.DIRECTORS.stream().map(scene.network()::realServers).allMatch(servers::equals);
        scene.until(expected, promised, areLeft, () -> Lab.DIRECTORS.stream()
                .map(scene.network()::realServers)
                .toList());
    }

    static void bothNginx(Scene scene) {
        // nobody can buy until they are back, so this has no bound
        scene.cut(Bound.none(), () -> List.of("nginx-a", "nginx-b").forEach(scene.lab()::kill), () -> List.of(
                        "nginx-a", "nginx-b")
                .forEach(scene.lab()::start));
        scene.until(
                "no director is a next hop",
                Promised.WITHDRAWN,
                () -> Collections.disjoint(scene.network().linksUsed(), Network.LINKS),
                scene.network()::linksUsed);
        scene.mend(Bound.outage(Promised.ANNOUNCED), WHOLE);
    }

    /** nginx asks the next node when one refuses the connection; who was heard by the dead one asks again. */
    static void node(Scene scene) {
        String node = scene.lab().cluster().name(HEAVIEST);
        scene.cut(Bound.outage(Promised.UNDER_WAY), () -> scene.lab().kill(node), () -> scene.lab()
                .start(node));
        scene.goOn();
        // its start takes the processors from those that sell, which it would not on a machine of its own
        long fromMs = System.currentTimeMillis();
        scene.mend(Bound.none(), NODE_BACK);
        Outage back = Outage.of(scene.buyers().soFar().stream()
                .filter(each -> each.heardAtMs() >= fromMs)
                .toList());
        scene.expect(
                back.failed() * TENTHS <= back.made(),
                "nine of ten purchases succeed at once while a node starts",
                back);
    }
}

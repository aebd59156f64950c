package dev.seckill.lab;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Of the links between the router and the directors. */
final class LinkStories {
    private static final String LINK = "a1";

    private static final Duration STEADY = Duration.ofSeconds(3);

    /** Of its fair share. A hash deals them out, and of 200 purchases a link gets 18 in place of 33 once in a hundred times. */
    private static final double PART = 0.25;

    /** Packets by which BFD and OSPF themselves speak on a link, and some more. */
    private static final int ROUTING_PER_SECOND = 6;

    private static final Duration WHOLE = Duration.ofSeconds(60);

    /** Frames that arrive at a link and that leave on it. */
    private static final String SILENCE = """
            table netdev silence {
                chain in { type filter hook ingress device %1$s priority 0; policy drop; }
                chain out { type filter hook egress device %1$s priority 0; policy drop; }
            }""".formatted(LINK);

    private LinkStories() {}

    static void paths(Scene scene) {
        Network network = scene.network();
        scene.expect(network.linksUsed().equals(Network.LINKS), "the router has six next hops", network.linksUsed());
        long beganNanos = System.nanoTime();
        Map<String, Long> sentBefore = network.sentPackets();
        Map<Machine, Long> connectionsBefore = connections(network);

        scene.buyers().awaitGood(STEADY);

        Map<String, Long> sent = new TreeMap<>(network.sentPackets());
        sent.replaceAll((link, packets) -> packets - sentBefore.getOrDefault(link, 0L));
        Map<Machine, Long> connections = connections(network);
        connections.replaceAll((director, taken) -> taken - connectionsBefore.get(director));
        // not by the connections, which the directors count anew each two seconds only
        double all = sent.values().stream().mapToLong(Long::longValue).sum();
        double ofRouting = ROUTING_PER_SECOND * Scene.secondsSince(beganNanos);
        double least = ofRouting + PART * (all / Lab.LINKS - ofRouting);
        scene.expect(
                sent.keySet().equals(Network.LINKS) && sent.values().stream().allMatch(packets -> packets > least),
                "purchases take each link",
                sent);
        scene.expect(
                connections.values().stream().allMatch(taken -> taken > 0), "both directors take some", connections);
        scene.note("packets %s, connections %s".formatted(sent, connections.values()));
    }

    private static Map<Machine, Long> connections(Network network) {
        Map<Machine, Long> taken = new TreeMap<>();
        Lab.DIRECTORS.forEach(
                director -> taken.put(director, network.taken(director).connections()));
        return taken;
    }

    static void link(Scene scene) {
        scene.cut(
                Bound.outage(Promised.CARRIER),
                () -> scene.lab().exec(Machine.ROUTER, "ip", "link", "set", LINK, "carrier", "off"),
                () -> scene.lab().exec(Machine.ROUTER, "ip", "link", "set", LINK, "carrier", "on"));
        awaitLinks(scene, "five next hops", Promised.CARRIER, withoutTheLink());
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    static void silence(Scene scene) {
        scene.cut(
                Bound.outage(Promised.SILENCE),
                () -> scene.lab().exec(Machine.ROUTER, "nft", SILENCE),
                () -> scene.lab().exec(Machine.ROUTER, "nft", "add table netdev silence; delete table netdev silence"));
        awaitLinks(scene, "five next hops", Promised.SILENCE, withoutTheLink());
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    static void awaitLinks(Scene scene, String expected, Duration promised, Set<String> links) {
        scene.until(expected, promised, () -> scene.network().linksUsed().equals(links), () -> scene.network()
                .linksUsed());
    }

    private static Set<String> withoutTheLink() {
        Set<String> links = new TreeSet<>(Network.LINKS);
        links.remove(LINK);
        return links;
    }
}

package dev.seckill.lab;

import dev.seckill.trial.Pause;
import java.time.Duration;
import java.util.Set;

/** Of the directors. */
final class DirectorStories {
    private static final String A = Machine.DIRECTOR_A.label();
    private static final String B = Machine.DIRECTOR_B.label();

    /** A guest boots, speaks OSPF, and asks its real servers. */
    private static final Duration WHOLE = Duration.ofSeconds(90);

    /** So many downloads, and as many streams. */
    private static final int EACH = 8;

    private static final Duration UNDER_WAY = Duration.ofSeconds(2);

    /** So long nothing comes: IPVS counts anew every two seconds only. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private static final Duration DRAINED = Duration.ofSeconds(4);

    private DirectorStories() {}

    static void director(Scene scene) {
        losePower(scene);
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    private static void losePower(Scene scene) {
        scene.cut(Bound.outage(Promised.SILENCE), () -> scene.lab().kill(A), () -> scene.lab()
                .start(A));
        LinkStories.awaitLinks(scene, "three next hops", Promised.SILENCE, Network.LINKS_B);
    }

    /** Nobody hears of it but by its silence: the router, and the other director, which takes the address of VRRP. */
    static void hang(Scene scene) {
        scene.cut(Bound.outage(Promised.SILENCE), () -> scene.lab().hang(Machine.DIRECTOR_A), () -> scene.lab()
                .goOn(Machine.DIRECTOR_A));
        LinkStories.awaitLinks(scene, "three next hops", Promised.SILENCE, Network.LINKS_B);
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    /** As lvs/README.md has it: first nobody comes any more, then who is there goes, and then it may lose its power. */
    static void drain(Scene scene) {
        Lab lab = scene.lab();
        scene.cut(
                Bound.nobody(),
                () -> lab.exec(
                        Machine.DIRECTOR_B,
                        "vtysh",
                        "-c",
                        "configure terminal",
                        "-c",
                        "interface vip0",
                        "-c",
                        "ip ospf cost 65535"),
                () -> {
                    lab.kill(B);
                    lab.start(B);
                });
        LinkStories.awaitLinks(scene, "three next hops", Promised.CARRIER, Network.LINKS_A);
        scene.until("nothing comes to " + B, DRAINED, () -> hearsNothing(scene.network()), () -> scene.network()
                .taken(Machine.DIRECTOR_B));
        lab.kill(B);
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }

    /** Connections that it still knows are no sign: those that the router has moved end at the other one. */
    private static boolean hearsNothing(Network network) {
        Network.Taken before = network.taken(Machine.DIRECTOR_B);
        Pause.of(QUIET);
        return network.taken(Machine.DIRECTOR_B).equals(before);
    }

    private static int open(Lab lab, Machine director) {
        return lab.realServers(director).stream().mapToInt(RealServer::active).sum();
    }

    /** The router moves half of them to the other director, which finds the same nginx for each, having never heard of it. */
    static void downloads(Scene scene) {
        try (Transfers transfers = new Transfers()) {
            transfers.begin(scene.lab(), EACH, Lab.DOWNLOAD, Lab.DOWNLOAD_BYTES);
            transfers.begin(scene.lab(), EACH, Lab.EVENTS, Lab.EVENTS_BYTES);
            Pause.of(UNDER_WAY);
            scene.expect(transfers.underWay() == 2 * EACH, "all are under way", transfers.underWay());
            scene.note("%d connections open at %s".formatted(open(scene.lab(), Machine.DIRECTOR_A), A));
            losePower(scene);
            int whole = transfers.awaitWhole();
            scene.note("%d of %d downloads and streams whole".formatted(whole, 2 * EACH));
            scene.expect(whole == 2 * EACH, "every download and every stream is whole", whole);
        }
        scene.mend(Bound.nobody(), WHOLE);
    }

    /** The virtual IP stays where it is, and nobody announces it. */
    static void fallback(Scene scene) {
        Lab lab = scene.lab();
        scene.cut(
                Bound.outage(Promised.SILENCE),
                () -> Lab.DIRECTORS.forEach(director -> lab.exec(director, "pkill", "-KILL", "ospfd")),
                () -> Lab.DIRECTORS.forEach(
                        director -> lab.exec(director, "sh", "-c", "/usr/lib/frr/ospfd --daemon && vtysh -b")));
        LinkStories.awaitLinks(scene, "the way through VRRP", Promised.SILENCE, Set.of("lan"));
        scene.goOn();
        scene.mend(Bound.nobody(), WHOLE);
    }
}

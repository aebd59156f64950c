package dev.seckill.lab;

import java.time.Duration;

/** How soon the files of {@code lvs/} promise that something is noticed, with the timers of {@code lvs/lab/}. */
final class Promised {
    /** The router sees the carrier itself; then a route is computed and put into the kernel. */
    static final Duration CARRIER = Duration.ofMillis(300);

    /** Of a neighbour: three times 300 ms of BFD, and the route. Three times that is less than OSPF alone would take. */
    static final Duration SILENCE = Duration.ofSeconds(1);

    /** Of a real server that refuses connections: it is looked at each 500 ms, and again after 200 ms. */
    static final Duration REFUSING_SERVER = Duration.ofMillis(800);

    /** Of a real server that says nothing: the same, and each look takes a second. */
    static final Duration SILENT_SERVER = Duration.ofMillis(2_800);

    /** Of the last real server that refuses connections, and the routes of both directors. */
    static final Duration WITHDRAWN = REFUSING_SERVER.plus(CARRIER);

    /** From when nginx starts: it hears of the nodes, the directors of it, and the router of them. */
    static final Duration ANNOUNCED = Duration.ofSeconds(4);

    /** Those fail whom a node has heard and not answered: nobody waits longer for an answer on two busy cores. */
    static final Duration UNDER_WAY = Duration.ofMillis(500);

    private Promised() {}
}

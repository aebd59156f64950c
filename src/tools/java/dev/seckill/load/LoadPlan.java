package dev.seckill.load;

import java.net.URI;
import java.time.Duration;

/**
 * What a run of attempts does, and its bounds.
 *
 * @param connections kept to the node; what finds none free waits in order
 * @param patience of a buyer until a try that is due can be sent, and again until it is answered
 * @param mostTries of one attempt under one key: busy, unknown and no answer are asked again when the answer advised
 * @param good a win within that time since it was due is a good one
 */
record LoadPlan(
        URI node,
        AttemptRequest request,
        Arrivals arrivals,
        int connections,
        Duration patience,
        int mostTries,
        Duration good) {
    static final int MOST_CONNECTIONS = 15_000;
    static final int MOST_TRIES = 100;

    LoadPlan {
        if (connections < 1
                || connections > MOST_CONNECTIONS
                || mostTries < 1
                || mostTries > MOST_TRIES
                || patience.toMillis() < 1) {
            throw new IllegalArgumentException(connections + " connections, " + mostTries + " tries, " + patience);
        }
    }

    LoadPlan(URI node, AttemptRequest request, Arrivals arrivals, int connections) {
        this(node, request, arrivals, connections, Duration.ofSeconds(10), 1, Duration.ofSeconds(1));
    }
}

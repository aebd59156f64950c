package dev.seckill.load;

import dev.seckill.trial.Endpoint;
import dev.seckill.trial.Node;
import java.time.Duration;
import java.util.Optional;

/**
 * A node that a stand has started.
 *
 * @param bootTime how long it took alone; of those that start together nobody asks
 */
record RunningNode(String name, Endpoint endpoint, long pid, Optional<Duration> bootTime) {
    static RunningNode of(String name, Node node) {
        return new RunningNode(name, node.endpoint(), node.pid(), Optional.of(node.bootTime()));
    }
}

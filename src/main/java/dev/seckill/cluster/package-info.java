/**
 * Who the other nodes are, as Hazelcast tells it, which the server brings.
 *
 * <p>Called by the container, the timer, and whoever shows how a node is. The only room that knows Hazelcast. It says when to look,
 * never what is so: nothing is computed from it, and without it, or with a wrong view, the same tickets are sold.
 */
package dev.seckill.cluster;

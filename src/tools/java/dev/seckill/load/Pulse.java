package dev.seckill.load;

import java.util.Map;

/**
 * How far a run was at one moment.
 *
 * @param nanos since its start
 * @param begun attempts that were sent, or given up without
 * @param settled attempts that will not be made again
 */
record Pulse(long nanos, int begun, int settled, int connections, Map<Verdict, Long> heard) {}

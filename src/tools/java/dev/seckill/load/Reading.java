package dev.seckill.load;

import java.time.Duration;
import java.util.Map;

/**
 * What processes have used up to a moment.
 *
 * @param cpu of each process, by name; those that can't be seen from here are missing
 * @param calls of each Redis command; empty if that Redis is not ours
 * @param redisBytes memory that Redis uses for its data
 */
record Reading(long nanos, Map<String, Duration> cpu, Map<String, Long> calls, long redisBytes) {}

package dev.seckill.load;

/**
 * One point of a throughput curve.
 *
 * @param second since the measuring began; the middle of what is summed up here
 * @param perSecond answers per second
 */
public record Point(double second, double perSecond) {}

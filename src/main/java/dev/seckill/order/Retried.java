package dev.seckill.order;

import java.util.Optional;

/**
 * What became of the steps that were kept aside and tried again.
 *
 * @param waiting of all the sale's steps, also those that were not tried
 * @param after where to go on; empty if all were tried
 */
public record Retried(long written, long waiting, Optional<String> after) {}
